import test from 'ava';
import { checkMachine, childEnv, SetupError } from '../../setup/machine.mjs';
import { npmCommand } from '../../setup/node-modules.mjs';

test('a machine that cannot run Boardfeed is refused with the reason', (t) => {
  for (const [version, platform, arch, words] of [
    ['18.20.4', 'linux', 'x64', /Node 20 or newer.*18\.20\.4/],
    ['20.0.0', 'linux', 'arm', /arm64.*this Node is linux arm\./],
    ['26.10.0', 'darwin', 'arm64', /darwin arm64/],
  ] as const) {
    t.throws(() => checkMachine(version, platform, arch), { instanceOf: SetupError, message: words });
  }
  t.is(checkMachine('20.0.0', 'linux', 'x64'), 'amd64');
  t.is(checkMachine('26.10.0', 'linux', 'arm64'), 'arm64');
});

test('what we start finds the commands of our npm packages first, and once', (t) => {
  const bin = '/box/node_modules/.bin';
  t.is(childEnv('/box', { PATH: '/usr/bin:/bin' }).PATH, `${bin}:/usr/bin:/bin`);
  t.is(childEnv('/box', { PATH: `/usr/bin:${bin}:/bin` }).PATH, `${bin}:/usr/bin:/bin`);
  t.is(childEnv('/box', {}).PATH, bin);
});

test('packages are installed by the npm that started us, on its own Node', (t) => {
  t.deepEqual(npmCommand({ npm_execpath: '/opt/npm/bin/npm-cli.js', npm_node_execpath: '/opt/node' }), [
    '/opt/node',
    '/opt/npm/bin/npm-cli.js',
  ]);
  t.deepEqual(npmCommand({ npm_execpath: '/opt/yarn/yarn.js', npm_node_execpath: '/opt/node' }), ['npm']);
  t.deepEqual(npmCommand({}), ['npm']);
});
