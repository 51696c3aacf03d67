import { spawnSync } from 'node:child_process';

/** The longest that mtools takes for one of our files, ms. */
const PATIENCE_MS = 60_000;
const MAX_BYTES = 256 * 1024 * 1024;

/**
 * A FAT partition within the image of a disk, as a PC sees it that the card is put into; without mounting it (mtools). While a
 * machine runs with that disk, it may be read, and shows what the machine has written so far.
 */
export class Fat {
  readonly #image: string;

  constructor(disk: string, startBytes: number) {
    this.#image = `${disk}@@${startBytes}`;
  }

  /** Content of a file. Throws when there is none. */
  read(name: string): Buffer {
    return this.#mtools('mcopy', ['-n', `::${name}`, '-']);
  }

  /** Content of a file as text; undefined when there is none. */
  text(name: string): string | undefined {
    return this.names().includes(name.toLowerCase()) ? this.read(name).toString() : undefined;
  }

  write(name: string, content: string | Buffer): void {
    this.#mtools('mcopy', ['-o', '-', `::${name}`], content);
  }

  remove(name: string): void {
    this.#mtools('mdel', [`::${name}`]);
  }

  /** What lies in its root folder, in small letters: FAT does not tell them apart. */
  names(): string[] {
    const listed = this.#mtools('mdir', ['-b', '-a', '::/']).toString();
    return listed
      .split('\n')
      .map((line) =>
        line
          .replace(/^::\/?/, '')
          .trim()
          .toLowerCase(),
      )
      .filter((name) => name !== '');
  }

  #mtools(command: string, args: readonly string[], input: string | Buffer = ''): Buffer {
    const { error, status, stdout, stderr } = spawnSync(command, ['-i', this.#image, ...args], {
      input,
      env: { ...process.env, MTOOLS_SKIP_CHECK: '1', MTOOLSRC: '/dev/null', LC_ALL: 'C.UTF-8' },
      maxBuffer: MAX_BYTES,
      timeout: PATIENCE_MS,
    });
    if (error) throw error;
    if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
    return stdout;
  }
}
