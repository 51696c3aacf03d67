import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './box.ts';
import { type Running, run, until } from './processes.ts';

/** `nobody` and `nogroup` of Debian: Icecast refuses to run as root. */
const NOBODY = { uid: 65534, gid: 65534 };
const PASSWORD = 'hackme';

/** What a mount of Icecast shows of itself in its status. */
export interface MountStatus {
  listenurl: string;
  title?: string;
  server_name?: string;
  server_type?: string;
  genre?: string;
}

/** How an Icecast is configured. Without burst on connect: a listener begins at what comes next. */
export interface IcecastOptions {
  /** How many listeners and sources together it takes. */
  readonly mostClients?: number;
  /** How many sources. */
  readonly mostSources?: number;
  /** Streams on this machine that it fetches and passes on at the same path. */
  readonly relays?: readonly { readonly port: number; readonly path: string }[];
  /** File with certificate and key (PEM): it speaks TLS then. */
  readonly certificate?: string;
}

/** How often it is started until it answers, and how long it has for that, ms. */
const START_TRIES = 3;
const START_MS = 5000;

/** An Icecast of our own, and what feeds it. It does not touch Debian's service, its configuration or its port. */
export class Icecast {
  /** What a source has to say to be let in. */
  readonly password = PASSWORD;
  readonly #directory = mkdtempSync(join(tmpdir(), 'boardfeed-icecast-'));
  readonly #feeding: Running[] = [];
  #server: Running | undefined;
  #options: IcecastOptions = {};
  #port = 0;

  get port(): number {
    return this.#port;
  }

  /** Process id of the server; 0 before the start. */
  get pid(): number {
    return this.#server?.child.pid ?? 0;
  }

  /** Address of a path on it. */
  url(path: string): string {
    return `${this.#options.certificate ? 'https' : 'http'}://127.0.0.1:${this.#port}${path}`;
  }

  /** Starts the server. The queue for listeners is as long as Debian's configuration has it. */
  async start(options: IcecastOptions = {}): Promise<void> {
    this.#options = options;
    this.#port = await freePort();
    chmodSync(this.#directory, 0o755); // Icecast reads it as somebody else.
    this.write('icecast.xml', icecastXml(this.#port, options));
    await this.restart();
  }

  /** Starts it again, at the same port, when it has ended. Seen once: one that was started did not answer in 10 s. So it has some tries. */
  async restart(): Promise<void> {
    for (let left = START_TRIES; ; left--) {
      try {
        return await this.#launch();
      } catch (error) {
        await this.kill();
        if (left === 1) throw error;
      }
    }
  }

  async #launch(): Promise<void> {
    const file = join(this.#directory, 'icecast.xml');
    const server = run('icecast2', ['-c', file], process.getuid?.() === 0 ? NOBODY : {});
    this.#server = server;
    const { child } = server;
    const answers = async () => {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`Icecast ended:\n${server.output()}`);
      return this.#options.certificate ? server.output() !== '' : this.#ask().then(({ ok }) => ok, String);
    };
    await until('Icecast answers', answers, START_MS);
  }

  /** Pulls its plug. */
  async kill(): Promise<void> {
    await this.#server?.stop('SIGKILL');
  }

  /** Lets it stand still, with everything that it has open, or go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#server?.child.kill(signal);
  }

  /** What it says of its mounts. */
  async mounts(): Promise<MountStatus[]> {
    const text = await (await this.#ask()).text();
    // Without a source it is no JSON (Icecast 2.4.4).
    if (!text.includes('"source":')) return [];
    const { icestats } = JSON.parse(text) as { icestats: { source: MountStatus | MountStatus[] } };
    return [icestats.source].flat();
  }

  /** What it says of one mount; undefined when there is no source for it. */
  async mount(path: string): Promise<MountStatus | undefined> {
    return (await this.mounts()).find(({ listenurl }) => listenurl.endsWith(path));
  }

  /** Takes care of a source that sends to `mount`. Resolves with the address of its stream when that is there. */
  async feed(mount: string, source: Running): Promise<string> {
    this.#feeding.push(source);
    await until(`Icecast has ${mount}`, async () => {
      if (source.child.exitCode !== null) throw new Error(`the source of ${mount} ended:\n${source.output()}`);
      return (await this.mount(`/${mount}`)) !== undefined || source.output();
    });
    return this.url(`/${mount}`);
  }

  /** Writes a file that goes when it ends; returns its path. */
  write(name: string, text: string): string {
    const file = join(this.#directory, name);
    writeFileSync(file, text, { mode: 0o644 });
    return file;
  }

  /** Ends everything and leaves no trace. */
  async stop(): Promise<void> {
    for (const running of this.#feeding.reverse()) await running.stop();
    await this.#server?.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #ask(): Promise<Response> {
    return fetch(this.url('/status-json.xsl'), { signal: AbortSignal.timeout(2000) });
  }
}

function icecastXml(port: number, options: IcecastOptions): string {
  const { mostClients = 20, mostSources = 4, relays = [], certificate } = options;
  return `<icecast>
  <limits>
    <clients>${mostClients}</clients>
    <sources>${mostSources}</sources>
    <queue-size>524288</queue-size>
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
    ${certificate ? '<ssl>1</ssl>' : ''}
  </listen-socket>
  <master-update-interval>2</master-update-interval>
  ${relays.map(relayXml).join('\n')}
  <paths>
    <logdir>/tmp</logdir>
    <webroot>/usr/share/icecast2/web</webroot>
    <adminroot>/usr/share/icecast2/admin</adminroot>
    ${certificate ? `<ssl-certificate>${certificate}</ssl-certificate>` : ''}
  </paths>
  <logging>
    <accesslog>-</accesslog>
    <errorlog>-</errorlog>
    <loglevel>2</loglevel>
  </logging>
</icecast>
`;
}

function relayXml({ port, path }: { port: number; path: string }): string {
  return `<relay>
    <server>127.0.0.1</server>
    <port>${port}</port>
    <mount>${path}</mount>
    <local-mount>${path}</local-mount>
    <relay-shoutcast-metadata>1</relay-shoutcast-metadata>
  </relay>`;
}
