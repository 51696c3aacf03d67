import type { Device } from '../../capture/devices.ts';

/** What the page needs to know of a capture device. */
export type ListedDevice = Pick<Device, 'name' | 'cardName' | 'deviceName' | 'usbPath'>;

/** What can be chosen as the sound card, and what it is called: first by card, then by the USB port it is in. */
export function deviceOptions(devices: readonly ListedDevice[], present: string): [value: string, words: string][] {
  const cards = devices.map(({ name, cardName, deviceName }): [string, string] => {
    const several = devices.some((other) => other.cardName === cardName && other.name !== name);
    return [name, several ? `${cardName}, ${deviceName} (${name})` : cardName];
  });
  const ports = devices.flatMap(({ usbPath, cardName }): [string, string][] =>
    usbPath ? [[`usb:${usbPath}`, `In USB port ${usbPath} (now ${cardName})`]] : [],
  );
  const known: [string, string][] = [['auto', 'Automatic'], ...cards, ...ports];
  const absent = known.some(([value]) => value === present) ? [] : [present];
  return [...known, ...absent.map((value): [string, string] => [value, `${value} (not there at the moment)`])];
}
