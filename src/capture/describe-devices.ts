import type { Device } from './devices.ts';
import { pickDevice } from './devices.ts';

/** The capture devices as `boardfeed devices` prints them. */
export function describeDevices(devices: readonly Device[]): string {
  if (devices.length === 0) return 'No capture card found. Plug in a USB sound card and try again.';
  const automatic = pickDevice('auto', devices);
  return devices.map((device) => describe(device, device.name === automatic)).join('\n\n');
}

function describe(device: Device, automatic: boolean): string {
  const { name, usbPath, cardName, deviceName, driver, capabilities, problem } = device;
  const lines = [
    `${name}${automatic ? '   (this one is taken by device = "auto")' : ''}`,
    `  ${cardName}, ${deviceName} (${driver})`,
  ];
  if (usbPath) lines.push(`  in USB port ${usbPath}: also device = "usb:${usbPath}"`);
  if (capabilities) {
    const { ratesHz, formats, minChannels, maxChannels } = capabilities;
    const channels = minChannels === maxChannels ? `${maxChannels}` : `${minChannels} to ${maxChannels}`;
    lines.push(`  ${ratesHz.join(', ')} Hz; ${formats.join(', ')}; ${channels} channels`);
  }
  if (problem) lines.push(`  ${problem}`);
  return lines.join('\n');
}
