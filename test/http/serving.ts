import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import type { Device } from '../../src/capture/devices.ts';
import { ConnectionManager } from '../../src/connections/connection-manager.ts';
import { wavFormat } from '../../src/encoders/wav.ts';
import type { Passwords } from '../../src/http/access.ts';
import { addressKeys } from '../../src/http/address-key.ts';
import type { DeskParts } from '../../src/http/desk.ts';
import { Places } from '../../src/http/places.ts';
import { createServer, type ServerLimits, type TlsOptions } from '../../src/http/server.ts';
import type { SettingsSource } from '../../src/http/settings.ts';
import type { Health, Status } from '../../src/http/status.ts';
import type { StreamSource } from '../../src/http/streams.ts';
import { Station } from '../../src/station.ts';

const WAV = wavFormat({ rateHz: 48000, channels: 2 }, 16);
const TAGS = { name: 'Kirche St. Ägidius 日', title: '', genre: '', url: '' };
export const HEADER = WAV.createEncoder().header(TAGS);
export const CHUNK = Buffer.alloc(1920, 7);

/** A server with two formats that send the same chunk every 10 ms, and counts of what it was told. */
export async function serve(
  t: ExecutionContext,
  options: {
    max?: number;
    maxPerAddress?: number;
    keyOf?: (address: string) => string;
    health?: Health;
    status?: () => Status;
    limits?: Partial<ServerLimits>;
    passwords?: Passwords;
    tls?: TlsOptions;
    settings?: SettingsSource;
    listDevices?: () => Promise<Device[]>;
    desk?: DeskParts;
  } = {},
) {
  const told = { joined: 0, left: 0, refused: 0, errors: 0 };
  const { max = 10, maxPerAddress = 10, keyOf = addressKeys() } = options;
  const places = new Places({ max, maxPerAddress, keyOf });
  const outlets = (['ignore', 'answer'] as const).map((rangeProbe) => {
    const connections = new ConnectionManager({
      bytesPerSecond: WAV.bytesPerSecond,
      onRemoved: ({ id }) => {
        told.left++;
        places.free(id);
      },
    });
    const source: StreamSource = {
      format: { ...WAV, id: rangeProbe === 'answer' ? 'wav' : 'mp3', rangeProbe },
      join: () => void told.joined++,
      header: () => HEADER,
      leave: () => void told.left++,
      addClient: (socket, clientId) => connections.addClient(socket, clientId, [HEADER]),
      audience: () => ({ now: connections.size, peak: told.joined }),
    };
    return { source, connections };
  });
  const station = new Station(TAGS);
  const server = await createServer({
    station,
    burstMs: () => 0,
    maxBurstMs: 2000,
    sources: () => outlets.map(({ source }) => source),
    places,
    ...(options.limits ? { limits: options.limits } : {}),
    ...(options.passwords ? { passwords: options.passwords } : {}),
    tls: options.tls,
    settings: options.settings,
    onRefused: () => void told.refused++,
    version: '1.2.3',
    pcm: { rateHz: 48000, channels: 2 },
    status: options.status ?? (() => ({}) as Status),
    health: () => options.health ?? { ok: true, reasons: [] },
    metrics: async () => ({ contentType: 'text/plain', text: 'none\n' }),
    listDevices: options.listDevices ?? (async () => []),
    ...(options.desk ? { desk: options.desk } : {}),
    onError: () => void told.errors++,
  });
  await server.listen({ host: '127.0.0.1', port: 0 }, () => void told.errors++);
  const ticker = setInterval(() => {
    for (const { connections } of outlets) connections.broadcast(CHUNK);
  }, 10);
  t.teardown(async () => {
    clearInterval(ticker);
    await Promise.all(outlets.map(({ connections }) => connections.close(200)));
    await server.close();
  });
  const portOf = (address: ReturnType<typeof server.address>) =>
    typeof address === 'object' && address ? address.port : 0;
  const [port, tlsPort] = [portOf(server.address()), portOf(server.tlsAddress())];
  return { told, places, station, visitors: server.visitors, port, tlsPort, url: `http://127.0.0.1:${port}` };
}

/** Sends raw bytes and returns what came back within `ms`, or until the other side closed. */
export async function exchange(port: number, sent: string | Buffer, ms = 300): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const parts: Buffer[] = [];
  socket.on('data', (part: Buffer) => parts.push(part));
  socket.on('error', () => {});
  socket.write(sent);
  await Promise.race([once(socket, 'close'), sleep(ms)]);
  socket.destroy();
  return Buffer.concat(parts).toString('latin1');
}

/** Waits until `done` holds, two seconds at most. */
export async function until(done: () => boolean): Promise<void> {
  for (let left = 200; left > 0 && !done(); left--) await sleep(10);
}

export const get = (path: string, headers = '', version = '1.1') =>
  `GET ${path} HTTP/${version}\r\nHost: box\r\n${headers}\r\n`;
export const bodyOf = (answer: string) => answer.slice(answer.indexOf('\r\n\r\n') + 4);
export const headOf = (answer: string) => answer.slice(0, answer.indexOf('\r\n\r\n') + 2);
