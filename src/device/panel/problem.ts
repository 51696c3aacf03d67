/** Why the status LED or the button cannot be had, in words for people. Nothing else of the box suffers from it. */
export class PanelProblem extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PanelProblem';
  }
}

/** What the kernel said when a file of sysfs could not be used: `EACCES`. */
export function codeOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}
