import { once } from 'node:events';
import { connect } from 'node:net';
import { pace, StampedFrames, streamNamed } from './stamped.ts';

/*
 * icecast-source.ts STREAM PORT MOUNT PASSWORD
 *
 * Feeds an Icecast on this machine with stamped frames. Icecast does not look into what is declared to be MP3.
 */

const [id, port, mount, password] = process.argv.slice(2);
const stream = streamNamed(id);
const socket = connect({ host: '127.0.0.1', port: Number(port), noDelay: true });
socket.on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
socket.on('close', () => process.exit()); // There is nobody to feed any more.
const authorization = Buffer.from(`source:${password}`).toString('base64');
const lines = [
  `SOURCE /${mount} HTTP/1.0`,
  `Authorization: Basic ${authorization}`,
  'Content-Type: audio/mpeg',
  'Ice-Name: bench',
];
socket.write(`${lines.join('\r\n')}\r\n\r\n`);
const [answer]: Buffer[] = await once(socket, 'data');
if (!/^HTTP\/1\.\d 200 /.test(`${answer}`)) throw new Error(`Icecast refused the source: ${answer}`);
const frames = new StampedFrames(stream);
pace(stream.periodNs, () => socket.write(frames.next()));
