import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { projectDir } from '../../setup/machine.mjs';

const FOLDER = path.join(projectDir, 'systemd');
const UNITS = readdirSync(FOLDER).filter((name) => /\.(service|path|socket|timer)$/.test(name));
/** What systemd 257 knows, which the package is for, and an older one on the machine that runs this need not. */
const NEW_KEYS = /Unknown key (?:name )?'(RestartSteps|RestartMaxDelaySec|RestartMode)'/;

const read = (name: string) => readFileSync(path.join(FOLDER, name), 'utf8');
const settings = (text: string, key: string) =>
  [...text.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value]) => value);
const setting = (text: string, key: string) => settings(text, key).at(-1) ?? '';

function seconds(span: string): number {
  const [, amount = '', unit = ''] = /^(\d+)(ms|s|min)$/.exec(span) ?? [];
  const scale = { ms: 0.001, s: 1, min: 60 }[unit];
  if (scale === undefined) throw new Error(`"${span}" is no span of time`);
  return Number(amount) * scale;
}

/** Runs systemd-analyze on the units, as if the program were installed. */
function analyze(...args: string[]) {
  const folder = mkdtempSync(path.join(tmpdir(), 'boardfeed-units-'));
  try {
    for (const name of UNITS) {
      writeFileSync(path.join(folder, name), read(name).replaceAll('/usr/bin/boardfeed', '/bin/true'));
    }
    const files = UNITS.map((name) => path.join(folder, name));
    return spawnSync('systemd-analyze', [...args, ...files], {
      encoding: 'utf8',
      timeout: 60_000,
      env: { ...process.env, LC_ALL: 'C.UTF-8', SYSTEMD_UNIT_PATH: `${folder}:` },
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('systemd understands every line of the units', (t) => {
  const { stderr, stdout, status } = analyze('verify', '--man=no');
  const said = `${stdout}${stderr}`.split('\n').filter((line) => line !== '' && !NEW_KEYS.test(line));
  t.deepEqual(said, []);
  t.is(status, 0);
});

for (const unit of ['boardfeed.service', 'boardfeed-rescue.service']) {
  test(`${unit} is in its sandbox: systemd's exposure is 2.5 at most`, (t) => {
    const { stdout, stderr } = analyze('security', '--offline=true', '--no-pager');
    const level = new RegExp(`exposure level for ${unit}: ([\\d.]+)`).exec(stdout)?.[1];
    t.true(Number(level) <= 2.5, `${level}\n${stdout}${stderr}`);
  });
}

test('crashes and standstills end in the rescue and never in a reboot; one of them is healed within 30 s', (t) => {
  const text = read('boardfeed.service');
  const first = seconds(setting(text, 'RestartSec'));
  const longest = seconds(setting(text, 'RestartMaxDelaySec'));
  const steps = Number(setting(text, 'RestartSteps'));
  const burst = Number(setting(text, 'StartLimitBurst'));
  const watchdog = seconds(setting(text, 'WatchdogSec')) + seconds(setting(text, 'TimeoutAbortSec'));
  t.true(burst < 20);
  // systemd.service(5): the delay grows by the same factor with each step.
  const delay = (restart: number) => first * (longest / first) ** (Math.min(restart, steps) / steps);
  const waited = Array.from({ length: burst }, (_, restart) => delay(restart)).reduce((sum, one) => sum + one);
  const slowStartS = 5;
  t.true(waited + burst * (watchdog + slowStartS) < seconds(setting(text, 'StartLimitIntervalSec')));
  t.true(watchdog + longest + slowStartS < 30);
  t.is(setting(text, 'OnFailure'), 'boardfeed-rescue.service');
  t.is(setting(text, 'RestartPreventExitStatus'), '78');
  t.regex(text, /^RestartMode=direct$/m);
  t.notRegex(text, /^(StartLimitAction|FailureAction|SuccessAction)=/m);
});

test('the rescue and the box never have the port at the same time', (t) => {
  const text = read('boardfeed.service');
  t.deepEqual(settings(text, 'Conflicts'), ['boardfeed-rescue.service']);
  t.true(settings(text, 'After').some((value) => value?.split(' ').includes('boardfeed-rescue.service')));
  t.deepEqual(settings(read('boardfeed-rescue.service'), 'Conflicts'), []);
});

test('what the package makes is what the units use', (t) => {
  const groups = settings(read('boardfeed.service'), 'SupplementaryGroups');
  t.deepEqual(groups, ['audio', 'gpio']);
  t.regex(read('boardfeed.sysusers'), /^u boardfeed /m);
  t.regex(read('boardfeed.sysusers'), /^g gpio /m);
  for (const folder of ['/etc/boardfeed', '/run/boardfeed', '/var/cache/boardfeed', '/var/lib/boardfeed']) {
    t.regex(read('boardfeed.tmpfiles'), new RegExp(`^d ${folder} .* boardfeed boardfeed `, 'm'));
  }
});
