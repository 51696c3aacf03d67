import type { Icecast } from '../../test/support/icecast.ts';
import { run } from '../../test/support/processes.ts';

/** DarkIce as its manual shows it, with the smallest buffer that it takes: MP3, 128 kbit/s, from an ALSA device. */
export function addDarkIce(icecast: Icecast, device: string, env: NodeJS.ProcessEnv): Promise<string> {
  const file = icecast.write('darkice.cfg', darkIceConfig(icecast, device));
  return icecast.feed('darkice.mp3', run('darkice', ['-c', file], { env }));
}

/** ffmpeg as its users write it: MP3, 128 kbit/s, from an ALSA device. */
export function addFfmpeg(icecast: Icecast, device: string, env: NodeJS.ProcessEnv): Promise<string> {
  const mount = 'ffmpeg.mp3';
  const input = ['-nostdin', '-v', 'error', '-f', 'alsa', '-ac', '2', '-ar', '48000', '-i', device];
  const output = ['-c:a', 'libmp3lame', '-b:a', '128k', '-content_type', 'audio/mpeg', '-f', 'mp3'];
  const url = `icecast://source:${icecast.password}@127.0.0.1:${icecast.port}/${mount}`;
  return icecast.feed(mount, run('ffmpeg', [...input, ...output, url], { env }));
}

/** ffmpeg with Ogg Opus, one page for every packet of 20 ms instead of one a second. */
export function addFfmpegOpus(icecast: Icecast, device: string, env: NodeJS.ProcessEnv): Promise<string> {
  const mount = 'ffmpeg.opus';
  const input = ['-nostdin', '-v', 'error', '-f', 'alsa', '-ac', '2', '-ar', '48000', '-i', device];
  const output = [
    '-c:a',
    'libopus',
    '-b:a',
    '128k',
    '-page_duration',
    '20000',
    '-content_type',
    'audio/ogg',
    '-f',
    'ogg',
  ];
  const url = `icecast://source:${icecast.password}@127.0.0.1:${icecast.port}/${mount}`;
  return icecast.feed(mount, run('ffmpeg', [...input, ...output, url], { env }));
}

function darkIceConfig({ port, password }: Icecast, device: string): string {
  return `[general]
duration = 0
bufferSecs = 1
reconnect = no
realtime = no

[input]
device = ${device}
sampleRate = 48000
bitsPerSample = 16
channel = 2

[icecast2-0]
bitrateMode = cbr
format = mp3
bitrate = 128
server = 127.0.0.1
port = ${port}
password = ${password}
mountPoint = darkice.mp3
name = bench
`;
}
