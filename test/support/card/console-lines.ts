/** A line of the journal as it comes to the console (journald.conf, ForwardToConsole). */
export interface ConsoleLine {
  /** When, s of the guest's monotonic clock: 0 is power-on. */
  readonly atS: number;
  /** `boardfeed`, `systemd`, ... */
  readonly from: string;
  readonly message: string;
}

/** The kernel's first words; every start of the machine has them once. */
const POWER_ON = /^\[ *0\.000000\] Booting Linux on /;
/** `[   12.345678] boardfeed[345]: on air` */
const LINE = /^\[ *(\d+\.\d+)\] ([^\s:[\]]+)(?:\[\d+\])?: (.*)$/;

/** What was printed since each power-on or reset, oldest first. The last one is the present. */
export function startsIn(printed: string): string[][] {
  const starts: string[][] = [];
  for (const line of printed.split(/\r*\n/)) {
    if (POWER_ON.test(line)) starts.push([]);
    starts.at(-1)?.push(line);
  }
  return starts;
}

/** The lines of the journal among those of a console. What the kernel says of a device may look the same. */
export function journalIn(lines: readonly string[]): ConsoleLine[] {
  return lines.flatMap((line) => {
    const [, at, from, message] = LINE.exec(line) ?? [];
    return at === undefined || from === undefined || message === undefined ? [] : [{ atS: Number(at), from, message }];
  });
}

/** The first line of the journal that is told of by a part, since power-on; undefined until there is one. */
export function firstLine(printed: string, from: string, message: RegExp): ConsoleLine | undefined {
  return journalIn(startsIn(printed).at(-1) ?? []).find((line) => line.from === from && message.test(line.message));
}
