import { pskOf } from './psk.ts';
import type { BootSettings } from './schema.ts';
import { WRITTEN_BY } from './written-by.ts';

/**
 * The configuration of wpa_supplicant (wpa_supplicant.conf(5)); undefined without a Wi-Fi. The name stands there in hexadecimal and
 * the passphrase as the key that it gives, so that nothing in them can mean anything else. That key is of no use for WPA3.
 */
export async function wpaSupplicantConf(wifi: BootSettings['wifi']): Promise<string | undefined> {
  const { country, ssid, passphrase, hidden = false } = wifi;
  if (ssid === undefined || passphrase === undefined) return undefined;
  const access =
    passphrase === ''
      ? ['key_mgmt=NONE']
      : ['key_mgmt=WPA-PSK WPA-PSK-SHA256', 'ieee80211w=1', `psk=${await pskOf(ssid, passphrase)}`];
  const network = [`ssid=${Buffer.from(ssid).toString('hex')}`, ...(hidden ? ['scan_ssid=1'] : []), ...access];
  const lines = [
    WRITTEN_BY,
    'ctrl_interface=/run/wpa_supplicant',
    'update_config=0',
    ...(country === undefined ? [] : [`country=${country.toUpperCase()}`]),
    'network={',
    ...network.map((line) => `\t${line}`),
    '}',
  ];
  return `${lines.join('\n')}\n`;
}
