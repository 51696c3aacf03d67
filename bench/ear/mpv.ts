import { run } from '../../test/support/processes.ts';
import type { Ear } from './playing.ts';

/** mpv with what its manual recommends for low delay. */
export function mpvEar(name: string, urlOf: (box: string) => string): Ear {
  return {
    name,
    mostDelayMs: 20_000,
    async listen({ rig, box }) {
      const player = run('mpv', ['--no-config', '--no-video', '--profile=low-latency', '--ao=pulse', urlOf(box)], {
        env: rig.env,
      });
      return {
        claims: async () => {
          if (player.child.exitCode !== null) throw new Error(`mpv ended:\n${player.output()}`);
          return {};
        },
        stop: () => player.stop(),
      };
    },
  };
}
