import { OpusDecoder } from 'opus-decoder';
import { type ClientOptions, WebSocket } from 'ws';
import { type Greeting, type Piece, readPiece } from '../../src/live/message.ts';
import type { Heard } from './hear.ts';
import { until } from './processes.ts';

/** A listen page, as the box sees it. */
export interface LivePage {
  readonly socket: WebSocket;
  readonly pieces: Piece[];
  readonly texts: (Greeting | { state: Greeting['state'] })[];
  /** Code and reason. */
  closed: string | undefined;
  /** Status of an answer that opened no WebSocket. */
  refused: number | undefined;
  readonly greeting: Greeting;
}

/** Opens the feed of the page, by another implementation of WebSockets; resolves when it is answered. */
export async function openPage(
  port: number,
  query = '',
  options: ClientOptions = {},
  timeoutMs = 10_000,
): Promise<LivePage> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/live${query}`, { perMessageDeflate: false, ...options });
  socket.binaryType = 'arraybuffer';
  const page: LivePage = {
    socket,
    pieces: [],
    texts: [],
    closed: undefined,
    refused: undefined,
    get greeting() {
      return page.texts[0] as Greeting;
    },
  };
  socket.on('message', (data, isBinary) => {
    const piece = isBinary ? readPiece(data as ArrayBuffer) : undefined;
    if (piece) page.pieces.push(piece);
    else page.texts.push(JSON.parse(String(data)));
  });
  socket.on('close', (code, reason) => {
    page.closed = `${code} ${reason}`;
  });
  socket.on('unexpected-response', (request, response) => {
    page.refused = response.statusCode ?? 0;
    request.destroy();
  });
  socket.on('error', () => {}); // 'close' follows.
  try {
    await until(
      'the page is answered',
      () => page.texts.length > 0 || page.closed !== undefined || page.refused !== undefined,
      timeoutMs,
    );
  } catch (error) {
    socket.terminate();
    throw error;
  }
  return page;
}

/** What a page that gets Opus hears of these pieces, in stereo. */
export async function heardOnPage(pieces: readonly Piece[]): Promise<Heard> {
  const decoder = new OpusDecoder({
    channels: 2,
    streamCount: 1,
    coupledStreamCount: 1,
    channelMappingTable: [0, 1],
    preSkip: 0,
  });
  await decoder.ready;
  try {
    const complaints: string[] = [];
    const packets = pieces.map(({ sound }) => {
      const { channelData, samplesDecoded, errors } = decoder.decodeFrame(sound);
      complaints.push(...errors.map(({ message }) => message));
      const [left, right] = channelData;
      return Float32Array.from(
        { length: 2 * samplesDecoded },
        (_, at) => (at % 2 === 0 ? left : right)?.[at >> 1] ?? 0,
      );
    });
    const samples = new Float32Array(packets.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const packet of packets) {
      samples.set(packet, at);
      at += packet.length;
    }
    return { samples, complaints: complaints.join(', ') };
  } finally {
    decoder.free();
  }
}
