import test from 'ava';
import {
  debianPackages,
  debianRelease,
  packagesFor,
  parseInstalled,
  queryPackages,
} from '../../setup/debian-packages.mjs';

const answers: [what: string, printed: string, expected: [string, string][]][] = [
  ['nothing', '', []],
  ['an installed package', 'curl\tamd64\tinstalled\t8.14.1-2\n', [['curl', '8.14.1-2']]],
  ['one for every architecture', 'build-essential\tall\tinstalled\t12.9\n', [['build-essential', '12.9']]],
  ['one that was removed and left its configuration', 'mpv\tamd64\tconfig-files\t0.35.1-4\n', []],
  ['one that dpkg has only heard of', 'mpv\tamd64\tnot-installed\t\n', []],
  ['one whose installation broke off', 'mpv\tamd64\thalf-configured\t0.35.1-4\n', []],
  ['a library of a foreign architecture', 'libasound2-dev\ti386\tinstalled\t1.2.8-1\n', []],
  [
    'a library of two architectures',
    'libasound2-dev\ti386\tinstalled\t1\nlibasound2-dev\tamd64\tinstalled\t2\n',
    [['libasound2-dev', '2']],
  ],
];

for (const [what, printed, expected] of answers) {
  test(`of dpkg's answer, what counts as installed: ${what}`, (t) => {
    t.deepEqual([...parseInstalled(printed, 'amd64')], expected);
  });
}

test('each package stands once in the table and says what for', (t) => {
  const names = debianPackages.map((row) => row.name);
  t.deepEqual(names, [...new Set(names)]);
  for (const row of debianPackages) t.true(row.why.length > 0 && row.for.length > 0, row.name);
});

test('tests and benchmarks need everything that the box itself needs', (t) => {
  const box = packagesFor('start');
  for (const need of ['test', 'bench'] as const) {
    const names = packagesFor(need).map((row) => row.name);
    t.deepEqual(
      box.filter((row) => !names.includes(row.name)),
      [],
      need,
    );
  }
});

test('a benchmark needs what all of them need, and what it alone needs', (t) => {
  const names = (need: Parameters<typeof packagesFor>[0]) => packagesFor(need).map((row) => row.name);
  const common = names('bench');
  t.false(common.includes('icecast2') || common.includes('darkice'));
  t.deepEqual(
    names('bench:lag').filter((name) => !common.includes(name)),
    ['icecast2', 'darkice'],
  );
  t.deepEqual(
    names('bench:fanout').filter((name) => !common.includes(name)),
    ['icecast2'],
  );
  t.deepEqual(names('bench:churn'), common);
  t.true(common.every((name) => names('bench:lag').includes(name)));
});

for (const [machine, other, ours] of [
  ['amd64', 'g++-aarch64-linux-gnu', 'g++-x86-64-linux-gnu'],
  ['arm64', 'g++-x86-64-linux-gnu', 'g++-aarch64-linux-gnu'],
] as const) {
  test(`on ${machine}, the package needs the compiler for the other architecture, and its own has no such name`, (t) => {
    const { missing, installed } = queryPackages('package', machine);
    const asked = [...missing.map(({ name }) => name), ...installed.keys()];
    t.true(asked.includes(other));
    t.false(asked.includes(ours));
  });
}

const releases: [what: string, text: string, release: number][] = [
  ['bookworm', 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\n', 12],
  ['trixie', 'VERSION_ID="13"\nID=debian\n', 13],
  ['a point release of a derivative', 'VERSION_ID=13.2\n', 13],
  ['what has no release yet', 'PRETTY_NAME="Debian GNU/Linux forky/sid"\n', Number.POSITIVE_INFINITY],
];

for (const [what, text, release] of releases) {
  test(`the release of Debian: ${what}`, (t) => t.is(debianRelease(text), release));
}

test('an emulator that is too old is not installed', (t) => {
  const asked = (release: number) => {
    const { missing, installed } = queryPackages('test:image', 'amd64', process.env, release);
    return [...missing.map(({ name }) => name), ...installed.keys()];
  };
  t.false(asked(12).includes('qemu-system-arm'));
  t.true(asked(13).includes('qemu-system-arm'));
  t.true(asked(12).includes('mtools'));
});
