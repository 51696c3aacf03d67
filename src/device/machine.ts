import type { BoxHealth } from '../desk/contract.ts';

/** What systeminformation's commands may take, ms: one that hangs must not keep the page waiting. */
const PATIENCE_MS = 5000;

/**
 * What the machine is: asked once, when the desk asks for the first time, because the library starts processes for it.
 */
export async function readMachine(): Promise<NonNullable<BoxHealth['machine']>> {
  const { osInfo, system } = (await import('systeminformation')).default;
  const timeout = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), PATIENCE_MS).unref());
  const [board, os] = await Promise.all([Promise.race([system(), timeout]), Promise.race([osInfo(), timeout])]);
  const model = known(board?.manufacturer, board?.model);
  const systemName = known(os?.distro, os?.release);
  return { ...(model && { model }), ...(systemName && { system: systemName }) };
}

/** Words that say something, in one text. */
function known(...words: readonly (string | undefined)[]): string {
  return words.filter((word) => word && !/^(unknown|default string|n\/a|to be filled.*)$/i.test(word)).join(' ');
}
