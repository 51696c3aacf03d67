import { table } from '../table.ts';
import { type Figures, overRounds, type Rounds, ratio } from './figures.ts';
import { type Goal, limitGoal } from './goals.ts';
import {
  COALESCE_MS,
  ICECAST_JOINS_FRAMES,
  type StartServer,
  startFloor,
  startIcecast,
  startStampedBox,
} from './servers.ts';

/** Icecast counts its source, and who asks for its status, as clients. */
const OTHER_CLIENTS = 20;

/** Who is compared, in the order of each round. */
export const CANDIDATES = {
  floor: 'C floor, every frame',
  box: 'Boardfeed, every frame',
  floorJoined: `C floor, ${ICECAST_JOINS_FRAMES} frames joined`,
  boxJoined: `Boardfeed, joined up to ${COALESCE_MS} ms`,
  icecast: 'Icecast',
};
export type Candidate = keyof typeof CANDIDATES;

/** Whether a candidate is ours. */
export function isBox(candidate: Candidate): boolean {
  return candidate === 'box' || candidate === 'boxJoined';
}

/** How a candidate is started to serve so many listeners. */
export function starterOf(candidate: Candidate, listeners: number): StartServer {
  if (candidate === 'floor') return startFloor(1);
  if (candidate === 'floorJoined') return startFloor(ICECAST_JOINS_FRAMES);
  if (candidate === 'box') return startStampedBox(0);
  if (candidate === 'boxJoined') return startStampedBox(COALESCE_MS);
  return startIcecast(listeners + OTHER_CLIENTS);
}

/** Everything that was measured with one number of listeners. */
export type Comparison = Record<Candidate, Rounds>;

/** The table of one number of listeners. */
export function speedTable(compared: Comparison): string {
  const rows = (Object.keys(CANDIDATES) as Candidate[])
    .filter((candidate) => compared[candidate].length > 0)
    .map((candidate) => [CANDIDATES[candidate], ...cells(overRounds(compared[candidate]), compared, candidate)]);
  const head = ['CPU, ms/s', 'µs/s a listener', 'of the floor', 'p50, ms', 'p99, ms', 'max, ms', 'worst gap, ms'];
  return table(['', ...head, 'all connected, ms', 'resident, KB a listener', 'heap, KB a listener'], rows);
}

function cells(figures: Figures, compared: Comparison, candidate: Candidate): (string | number)[] {
  const { cpuMsPerS, cpuUsPerListener, p50Ms, p99Ms, maxMs, worstGapMs, connectMs, residentKb, heapKb } = figures;
  const floor = candidate === 'floor' || candidate === 'box' ? compared.floor : compared.floorJoined;
  const ofFloor = ratio(compared[candidate], floor, 'cpuMsPerS').toFixed(2);
  return [cpuMsPerS, cpuUsPerListener, ofFloor, p50Ms, p99Ms, maxMs, worstGapMs, connectMs, residentKb, heapKb];
}

/** What has to hold at this number of listeners. */
export function speedGoals({ floor, floorJoined, box, boxJoined, icecast }: Comparison): Goal[] {
  const joined = overRounds(boxJoined);
  return [
    limitGoal('every frame: CPU by the floor’s', ratio(box, floor, 'cpuMsPerS'), 1.1),
    limitGoal('every frame: p99 by the floor’s', ratio(box, floor, 'p99Ms'), 1.25),
    limitGoal('joined: CPU by Icecast’s', ratio(boxJoined, icecast, 'cpuMsPerS'), 0.9),
    limitGoal('joined: p99 by the floor’s', ratio(boxJoined, floorJoined, 'p99Ms'), 1.25),
    limitGoal('all connected, ms', Math.max(overRounds(box).connectMs, joined.connectMs), 1000),
    limitGoal('resident memory of a listener, KB', Math.max(overRounds(box).residentKb, joined.residentKb), 20),
  ];
}
