import { readFileSync } from 'node:fs';

/** What the box opens beside connections: libraries, the card, pipes, and some to spare. */
const OWN_DESCRIPTORS = 64;
/** What one listener takes: its socket, and the fan-out's own duplicate of it. */
const PER_LISTENER = 2;
/** A box without connections for other things could not be looked at. */
const FEWEST_CONNECTIONS = 32;

/** How many descriptors this process may have; undefined where the kernel does not say. (Node has raised it to the hard limit.) */
export function descriptorLimit(): number | undefined {
  try {
    const line = readFileSync('/proc/self/limits', 'utf8').match(/^Max open files +(\d+)/m)?.[1];
    return line === undefined ? undefined : Number(line);
  } catch {
    return undefined; // No /proc: then nothing is known, and nothing is claimed.
  }
}

/** How many connections that are no listeners may be open when all places are taken: at most `wanted`, and what is left. */
export function spareConnections(wanted: number, maxListeners: number, limit: number | undefined): number {
  if (limit === undefined) return wanted;
  const left = limit - OWN_DESCRIPTORS - PER_LISTENER * maxListeners;
  return Math.min(wanted, Math.max(FEWEST_CONNECTIONS, left));
}

/** What to say when there are to be more listeners than this process has descriptors for; nothing when it has enough. */
export function descriptorWarning(maxListeners: number, limit = descriptorLimit()): string | undefined {
  if (enoughDescriptors(maxListeners, limit)) return undefined;
  return `listeners.max = ${maxListeners} is more than this process has descriptors for (${limit})`;
}

/** Whether that many listeners can come before descriptors run out. */
export function enoughDescriptors(maxListeners: number, limit: number | undefined): boolean {
  return limit === undefined || limit >= OWN_DESCRIPTORS + FEWEST_CONNECTIONS + PER_LISTENER * maxListeners;
}
