import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { describeDevices } from '../../src/capture/describe-devices.ts';
import { type Device, hasCaptureNode, pickDevice, usbPathOfCard } from '../../src/capture/devices.ts';

function device(card: number, cardId: string, driver: string, more: Partial<Device> = {}): Device {
  const name = `hw:CARD=${cardId},DEV=0`;
  return { name, card, device: 0, cardId, cardName: cardId, deviceName: 'PCM', driver, ...more };
}

const LAPTOP = device(0, 'PCH', 'HDA-Intel');
const HDMI = device(1, 'vc4hdmi0', 'vc4-hdmi');
const HAT = device(2, 'sndrpihifiberry', 'RPi-simple');
const USB = device(3, 'CODEC', 'USB-Audio', { usbPath: '1-1.2' });

for (const [what, wanted, devices, expected] of [
  ['nothing there', 'auto', [], undefined],
  ["the board's own is never taken", 'auto', [LAPTOP, HDMI], undefined],
  ['a HAT is', 'auto', [LAPTOP, HAT], HAT.name],
  ['USB comes before a HAT', 'auto', [LAPTOP, HAT, USB], USB.name],
  ['a USB port', 'usb:1-1.2', [LAPTOP, USB], USB.name],
  ['an empty USB port', 'usb:1-1.3', [LAPTOP, USB], undefined],
  ['a name is taken as it is', 'hw:CARD=PCH', [LAPTOP, USB], 'hw:CARD=PCH'],
  ['any ALSA name', 'mixer', [], 'mixer'],
] as const) {
  test(`choice: ${what}`, (t) => {
    t.is(pickDevice(wanted, devices), expected);
  });
}

test('USB port and capture nodes are read from sysfs, and their absence is no error', (t) => {
  const sysfs = mkdtempSync(join(tmpdir(), 'boardfeed-sysfs-'));
  t.teardown(() => rmSync(sysfs, { recursive: true }));
  t.is(usbPathOfCard(3, sysfs), undefined);
  t.false(hasCaptureNode(sysfs));
  const usb = join(sysfs, 'devices/platform/usb1/1-1/1-1.2/1-1.2:1.0');
  mkdirSync(join(usb, 'sound/card3'), { recursive: true });
  mkdirSync(join(sysfs, 'class/sound/card3'), { recursive: true });
  symlinkSync(usb, join(sysfs, 'class/sound/card3/device'));
  writeFileSync(join(sysfs, 'class/sound/pcmC3D0p'), '');
  t.is(usbPathOfCard(3, sysfs), '1-1.2');
  t.false(hasCaptureNode(sysfs), 'a card that only plays');
  writeFileSync(join(sysfs, 'class/sound/pcmC3D0c'), '');
  t.true(hasCaptureNode(sysfs));
});

test('the list says names, ports, abilities and problems', (t) => {
  t.regex(describeDevices([]), /No capture card found/);
  const text = describeDevices([
    { ...LAPTOP, problem: 'in use' },
    { ...USB, capabilities: { ratesHz: [44100, 48000], formats: ['S16_LE'], minChannels: 1, maxChannels: 2 } },
  ]);
  t.regex(text, /hw:CARD=CODEC,DEV=0 {3}\(this one is taken by device = "auto"\)/);
  t.regex(text, /also device = "usb:1-1\.2"/);
  t.regex(text, /44100, 48000 Hz; S16_LE; 1 to 2 channels/);
  t.regex(text, /in use/);
});
