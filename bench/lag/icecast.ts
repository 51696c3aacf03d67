import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../test/support/box.ts';
import { type Running, run, until } from '../../test/support/processes.ts';

/** `nobody` and `nogroup` of Debian: Icecast refuses to run as root. */
const NOBODY = { uid: 65534, gid: 65534 };
const PASSWORD = 'bench';

/** An Icecast of our own, and what feeds it. It does not touch Debian's service, its configuration or its port. */
export class Icecast {
  readonly #directory = mkdtempSync(join(tmpdir(), 'boardfeed-icecast-'));
  readonly #started: Running[] = [];
  #port = 0;

  /** Starts the server, without burst on connect: a listener begins at what comes next. */
  async start(): Promise<void> {
    this.#port = await freePort();
    chmodSync(this.#directory, 0o755); // Icecast reads it as somebody else.
    const file = this.#write('icecast.xml', icecastXml(this.#port));
    const server = run('icecast2', ['-c', file], process.getuid?.() === 0 ? NOBODY : {});
    this.#started.push(server);
    await until('Icecast answers', async () => {
      if (server.child.exitCode !== null) throw new Error(`Icecast ended:\n${server.output()}`);
      return fetch(`http://127.0.0.1:${this.#port}/status-json.xsl`).then(({ ok }) => ok, String);
    });
  }

  /** DarkIce as its manual shows it, with the smallest buffer that it takes: MP3, 128 kbit/s, from an ALSA device. */
  async addDarkIce(device: string, env: NodeJS.ProcessEnv): Promise<string> {
    const file = this.#write('darkice.cfg', darkIceConfig(this.#port, device));
    return this.#feed('darkice.mp3', run('darkice', ['-c', file], { env }));
  }

  /** ffmpeg as its users write it: MP3, 128 kbit/s, from an ALSA device. */
  async addFfmpeg(device: string, env: NodeJS.ProcessEnv): Promise<string> {
    const mount = 'ffmpeg.mp3';
    const input = ['-nostdin', '-v', 'error', '-f', 'alsa', '-ac', '2', '-ar', '48000', '-i', device];
    const output = ['-c:a', 'libmp3lame', '-b:a', '128k', '-content_type', 'audio/mpeg', '-f', 'mp3'];
    const url = `icecast://source:${PASSWORD}@127.0.0.1:${this.#port}/${mount}`;
    return this.#feed(mount, run('ffmpeg', [...input, ...output, url], { env }));
  }

  /** Ends everything and leaves no trace. */
  async stop(): Promise<void> {
    for (const running of this.#started.reverse()) await running.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** Resolves with the address of a stream when it is there. */
  async #feed(mount: string, source: Running): Promise<string> {
    this.#started.push(source);
    const url = `http://127.0.0.1:${this.#port}/${mount}`;
    await until(`Icecast has ${mount}`, async () => {
      if (source.child.exitCode !== null) throw new Error(`the source of ${mount} ended:\n${source.output()}`);
      const status = await (await fetch(`http://127.0.0.1:${this.#port}/status-json.xsl`)).text();
      return status.includes(`/${mount}`) || source.output();
    });
    return url;
  }

  #write(name: string, text: string): string {
    const file = join(this.#directory, name);
    writeFileSync(file, text, { mode: 0o644 });
    return file;
  }
}

function icecastXml(port: number): string {
  return `<icecast>
  <limits>
    <clients>20</clients>
    <sources>4</sources>
    <burst-on-connect>0</burst-on-connect>
    <burst-size>0</burst-size>
  </limits>
  <authentication>
    <source-password>${PASSWORD}</source-password>
    <relay-password>${PASSWORD}</relay-password>
    <admin-user>admin</admin-user>
    <admin-password>${PASSWORD}</admin-password>
  </authentication>
  <hostname>localhost</hostname>
  <listen-socket>
    <port>${port}</port>
    <bind-address>127.0.0.1</bind-address>
  </listen-socket>
  <paths>
    <logdir>/tmp</logdir>
    <webroot>/usr/share/icecast2/web</webroot>
    <adminroot>/usr/share/icecast2/admin</adminroot>
  </paths>
  <logging>
    <accesslog>-</accesslog>
    <errorlog>-</errorlog>
    <loglevel>2</loglevel>
  </logging>
</icecast>
`;
}

function darkIceConfig(port: number, device: string): string {
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
password = ${PASSWORD}
mountPoint = darkice.mp3
name = bench
`;
}
