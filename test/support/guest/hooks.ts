import { execFileSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const hook = (name: string) => fileURLToPath(new URL(`../../system/hooks/${name}`, import.meta.url));

/** Where the hooks lie in the guest: the sandbox lets the service read it. */
const FOLDER = '/usr/local/lib/hooks';
/** When this file appears, the capture thread stops. The service must be able to remove it. */
const PARK_FILE = '/run/boardfeed/park';

/** Ways to make a box stand still, which the package does not have. */
export interface Hooks {
  /** Brings them into the service from its next start on; run in the guest. `shared` is where it finds the folder. */
  install(shared: string): string;
  /** Run in the guest: the event loop stops. */
  readonly blockLoop: string;
  /** Run in the guest: the capture thread stops. */
  readonly parkCapture: string;
}

/** Makes the hooks into a folder that the guest shares. */
export function makeHooks(into: string): Hooks {
  copyFileSync(hook('block-loop.mjs'), join(into, 'block-loop.mjs'));
  const library = join(into, 'park_capture.so');
  const sources = ['park_capture.c', 'poll_chk.c'].map(hook);
  execFileSync('cc', ['-D_GNU_SOURCE', '-std=c11', '-fPIC', '-shared', ...sources, '-o', library, '-ldl']);
  const environment = [
    `NODE_OPTIONS=--import=${FOLDER}/block-loop.mjs`,
    `LD_PRELOAD=${FOLDER}/park_capture.so`,
    `BOARDFEED_TEST_PARK=${PARK_FILE}`,
  ].join(' ');
  const drop = '/run/systemd/system/boardfeed.service.d';
  return {
    install: (shared) =>
      [
        `mkdir -p ${FOLDER} ${drop}`,
        `cp ${shared}/block-loop.mjs ${shared}/park_capture.so ${FOLDER}/`,
        `printf '[Service]\\nEnvironment=${environment}\\n' > ${drop}/hooks.conf`,
        'systemctl daemon-reload',
        'systemctl restart boardfeed.service',
      ].join(' && '),
    blockLoop: 'systemctl kill --kill-whom=main --signal=USR2 boardfeed.service',
    parkCapture: `setpriv --reuid=boardfeed --clear-groups touch ${PARK_FILE}`,
  };
}
