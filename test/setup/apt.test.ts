import test from 'ava';
import { commandByHand, decide, describeMissing } from '../../setup/apt.mjs';

const sudoer = { hasApt: true, isRoot: false, hasSudo: true, sudoIsSilent: true, hasTerminal: false };

const decisions: [who: string, rights: Parameters<typeof decide>[0], expected: string[] | RegExp][] = [
  ['root', { ...sudoer, isRoot: true, sudoIsSilent: false }, []],
  ['root where there is no sudo', { ...sudoer, isRoot: true, hasSudo: false, sudoIsSilent: false }, []],
  ['a user whose sudo asks nothing', sudoer, ['sudo', '-n']],
  ['the same at a terminal', { ...sudoer, hasTerminal: true }, ['sudo', '-n']],
  ['a user who can type a password', { ...sudoer, sudoIsSilent: false, hasTerminal: true }, ['sudo']],
  ['a user who cannot', { ...sudoer, sudoIsSilent: false }, /no terminal/],
  ['a user without sudo', { ...sudoer, hasSudo: false, sudoIsSilent: false, hasTerminal: true }, /has no sudo/],
  ['root on no Debian', { ...sudoer, isRoot: true, hasApt: false }, /no Debian/],
];

for (const [who, rights, expected] of decisions) {
  test(`who may install packages: ${who}`, (t) => {
    const decision = decide(rights);
    if (expected instanceof RegExp) t.regex(decision.may ? '' : decision.why, expected);
    else t.deepEqual(decision, { may: true, prefix: expected });
  });
}

test('the command to run by hand names each package, and sudo only for whom it is of use', (t) => {
  const names = ['curl', 'mpv'];
  const bare = 'apt-get update && apt-get install --no-install-recommends curl mpv';
  t.is(commandByHand(names, { hasSudo: true, isRoot: true }), bare);
  t.is(commandByHand(names, { hasSudo: false, isRoot: false }), bare);
  t.is(commandByHand(names, { hasSudo: true, isRoot: false }), bare.replaceAll('apt-get', 'sudo apt-get'));
});

test('every missing package is shown with its reason', (t) => {
  t.is(
    describeMissing([
      { name: 'curl', why: 'a listener', for: ['test'] },
      { name: 'python3', why: 'runs node-gyp', for: ['start'] },
    ]),
    'Boardfeed needs 2 Debian packages that this machine lacks:\n  curl     a listener\n  python3  runs node-gyp',
  );
});
