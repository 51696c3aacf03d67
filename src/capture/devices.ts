import { readdirSync, realpathSync } from 'node:fs';
import { type CaptureDevice, native } from '../native.ts';

/** A capture device, and where it is plugged in. */
export interface Device extends CaptureDevice {
  /** Port of a USB card, such as `1-1.2`: the same wherever the card's number goes. */
  usbPath?: string;
}

/** Drivers of sound chips that sit on a board: a microphone in a laptop's lid is not what a mixer is plugged into. */
const BOARD_DRIVERS = /^(HDA-|HDA Intel|sof-|SOF|skl|acp|bcm2835|vc4-hdmi|Dummy|pcsp)/i;

/** All capture devices of the machine, in the order of their cards. */
export async function listDevices(sysfs = '/sys'): Promise<Device[]> {
  return (await native.listDevices()).map((device) => {
    const usbPath = usbPathOfCard(device.card, sysfs);
    return usbPath ? { ...device, usbPath } : device;
  });
}

/** Port of the USB device that a sound card belongs to, or undefined when it is no USB card. */
export function usbPathOfCard(card: number, sysfs = '/sys'): string | undefined {
  try {
    // .../usb1/1-1/1-1.2/1-1.2:1.0: the interface of the port 1-1.2
    return realpathSync(`${sysfs}/class/sound/card${card}/device`).match(/\/(\d+-[\d.]+):\d+\.\d+$/)?.[1];
  } catch {
    return undefined; // The card has gone in the meantime, or there is no sysfs.
  }
}

/** Whether the kernel has any capture device: cheap enough to ask again and again. */
export function hasCaptureNode(sysfs = '/sys'): boolean {
  try {
    return readdirSync(`${sysfs}/class/sound`).some((node) => /^pcmC\d+D\d+c$/.test(node));
  } catch {
    return false; // No sound in this kernel.
  }
}

/**
 * The ALSA name of the device that is wanted: `auto` takes the first that is not the board's own, USB cards first;
 * `usb:PORT` the card in that port; everything else is an ALSA name already. Undefined when there is none.
 */
export function pickDevice(wanted: string, devices: readonly Device[]): string | undefined {
  if (wanted.startsWith('usb:')) return devices.find(({ usbPath }) => usbPath === wanted.slice(4))?.name;
  if (wanted !== 'auto') return wanted;
  const external = devices.filter(({ driver }) => !BOARD_DRIVERS.test(driver));
  return (external.find(({ driver }) => driver === 'USB-Audio') ?? external[0])?.name;
}
