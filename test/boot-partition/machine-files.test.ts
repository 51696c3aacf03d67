import test from 'ava';
import fc from 'fast-check';
import { boxFiles } from '../../src/boot-partition/box-files.ts';
import { networkFile } from '../../src/boot-partition/network-file.ts';
import { pskOf } from '../../src/boot-partition/psk.ts';
import { authorizedKeys, sshKeyFault } from '../../src/boot-partition/ssh-keys.ts';
import { wpaSupplicantConf } from '../../src/boot-partition/wpa-supplicant.ts';
import { blobOf, KEYS } from './_ssh-keys.ts';

// IEEE 802.11, annex J.4.2.
for (const [passphrase, ssid, key] of [
  ['password', 'IEEE', 'f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e'],
  ['ThisIsAPassword', 'ThisIsASSID', '0dc0d6eb90555ed6419756b9a15ec3e3209b63df707dd508d14581f8982721af'],
  ['a'.repeat(32), 'Z'.repeat(32), 'becb93866bb8c3832cb777c2f559807c8c59afcb6eae734885001300a981cc62'],
] as const) {
  test(`the key of the Wi-Fi "${ssid}" is that of the standard`, async (t) => {
    t.is(await pskOf(ssid, passphrase), key);
    t.is(await pskOf(ssid, key.toUpperCase()), key, 'a key is a key');
  });
}

const lines = async (wifi: Parameters<typeof wpaSupplicantConf>[0]) =>
  (await wpaSupplicantConf(wifi))?.split('\n').map((line) => line.trim());

test('a Wi-Fi: no passphrase stands there, and the name in hexadecimal', async (t) => {
  const text = await wpaSupplicantConf({ country: 'de', ssid: 'IEEE', passphrase: 'password' });
  t.is(
    text?.replace(/^#.*\n/, ''),
    `ctrl_interface=/run/wpa_supplicant
update_config=0
country=DE
network={
	ssid=49454545
	key_mgmt=WPA-PSK WPA-PSK-SHA256
	ieee80211w=1
	psk=f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e
}
`,
  );
});

test('a Wi-Fi without a password, and one that hides', async (t) => {
  const open = await lines({ ssid: 'Zürich', passphrase: '' });
  t.deepEqual(open?.slice(3, -1), ['network={', 'ssid=5ac3bc72696368', 'key_mgmt=NONE', '}']);
  t.true((await lines({ ssid: 'a', passphrase: '', hidden: true }))?.includes('scan_ssid=1'));
});

test('half a Wi-Fi is none', async (t) => {
  t.is(await wpaSupplicantConf({ country: 'DE', ssid: 'a' }), undefined);
  t.is(await wpaSupplicantConf({ country: 'DE', passphrase: '' }), undefined);
});

test('whatever name and passphrase are, nothing of them breaks out of its line', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.string({ unit: 'binary' }),
      async (ssid, rest) => {
        const said = (await lines({ country: 'DE', ssid, passphrase: rest.padEnd(8, 'x') })) ?? [];
        t.is(said.length, 11);
        t.regex(said[5] ?? '', /^ssid=([0-9a-f]{2})+$/);
        t.regex(said[8] ?? '', /^psk=[0-9a-f]{64}$/);
      },
    ),
    { numRuns: 20 },
  );
});

test('a fixed address', (t) => {
  const text = networkFile({ address: '192.168.1.20/24', gateway: '192.168.1.1', dns: ['192.168.1.1', 'FD00::1'] });
  t.is(
    text?.replace(/^#.*\n/, ''),
    '[Match]\nName=eth0\n\n[Network]\nAddress=192.168.1.20/24\nGateway=192.168.1.1\nDNS=192.168.1.1\nDNS=fd00::1\n',
  );
  t.regex(
    networkFile({ address: 'fd00::20/64', interface: 'wifi' }) ?? '',
    /\nName=wlan0\n\n\[Network\]\nAddress=fd00::20\/64\n$/,
  );
  t.is(networkFile({ gateway: '192.168.1.1' }), undefined);
  t.is(networkFile({ address: '' }), undefined);
});

for (const [what, line, expected] of [
  ...KEYS.map((key) => [key.split(' ')[0] ?? '', key, undefined] as const),
  ['without a comment', KEYS[0]?.split(' ').slice(0, 2).join(' ') ?? '', undefined],
  ['with spaces around', `  ${KEYS[0]}  `, undefined],
  ['a private key', '-----BEGIN OPENSSH PRIVATE KEY----- abc', /private key/],
  ['two lines', `${KEYS[0]}\n${KEYS[1]}`, /more than one line/],
  ['options', `command="reboot" ${KEYS[0]}`, /does not begin with a kind/],
  ['the old kind', `ssh-dss ${blobOf('ssh-dss', 400)}`, /does not begin with a kind/],
  ['half a key', KEYS[0]?.slice(0, 40) ?? '', /cut off/],
  ['a key of another kind', `ssh-rsa ${blobOf('ssh-ed25519', 36)}`, /cut off/],
  ['no base64', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5!!!!', /cut off/],
  ['the kind alone', 'ssh-ed25519', /cut off/],
  ['words', 'my key', /does not begin with a kind/],
] as [string, string, RegExp | undefined][]) {
  test(`an SSH key: ${what}`, (t) => {
    const fault = sshKeyFault(line);
    if (!expected) t.is(fault, undefined);
    else {
      t.regex(fault ?? 'taken', expected);
      t.false(fault?.includes('AAAA'), 'nothing of it is shown');
    }
  });
}

test('who may log in: each once, a line each; nobody is no file', (t) => {
  const [one = '', other = ''] = KEYS;
  t.is(authorizedKeys([one, ` ${other} `, one]), `${one}\n${other}\n`);
  t.is(authorizedKeys([]), undefined);
  t.is(authorizedKeys(['']), undefined);
});

test('all files of a machine: what is not wanted must not be there', async (t) => {
  const texts = async (settings: Parameters<typeof boxFiles>[0]) =>
    Object.fromEntries((await boxFiles(settings)).map(({ name, text }) => [name, text !== undefined]));
  const nothing = { box: {}, wifi: {}, network: {}, ssh: {} };
  t.deepEqual(await texts(nothing), {
    hostname: true,
    'network/20-boardfeed.network': false,
    'network/20-wifi.network': false,
    'wpa_supplicant.conf': false,
    authorized_keys: false,
  });
  const wifi = { ssid: 'a', passphrase: '' };
  const network = { address: '10.0.0.2/8', interface: 'wifi' as const };
  t.deepEqual(await texts({ ...nothing, wifi, network, ssh: { key: [KEYS[0] ?? ''] } }), {
    hostname: true,
    'network/20-boardfeed.network': false,
    'network/20-wifi.network': true,
    'wpa_supplicant.conf': true,
    authorized_keys: true,
  });
  const [hostname] = await boxFiles({ ...nothing, box: { name: 'Hall-3' } });
  t.is(hostname?.text, 'hall-3\n');
  const secret = (await boxFiles({ ...nothing, wifi })).find(({ name }) => name === 'wpa_supplicant.conf');
  t.is(secret?.mode, 0o600);
});
