import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../test/support/box.ts';
import { type Running, run, until } from '../test/support/processes.ts';

/** `nobody` and `nogroup` of Debian: Icecast refuses to run as root. */
const NOBODY = { uid: 65534, gid: 65534 };
const PASSWORD = 'bench';

/** An Icecast of our own, and what feeds it. It does not touch Debian's service, its configuration or its port. */
export class Icecast {
  /** What a source has to say to be let in. */
  readonly password = PASSWORD;
  readonly #directory = mkdtempSync(join(tmpdir(), 'boardfeed-icecast-'));
  readonly #started: Running[] = [];
  #port = 0;
  #pid = 0;

  get port(): number {
    return this.#port;
  }

  /** Process id of the server; 0 before the start. */
  get pid(): number {
    return this.#pid;
  }

  /**
   * Starts the server, without burst on connect: a listener begins at what comes next. The queue is as long as Debian's
   * configuration has it.
   *
   * @param mostClients how many listeners and sources together it takes
   */
  async start(mostClients = 20): Promise<void> {
    this.#port = await freePort();
    chmodSync(this.#directory, 0o755); // Icecast reads it as somebody else.
    const file = this.write('icecast.xml', icecastXml(this.#port, mostClients));
    const server = run('icecast2', ['-c', file], process.getuid?.() === 0 ? NOBODY : {});
    this.#started.push(server);
    this.#pid = server.child.pid ?? 0;
    await until('Icecast answers', async () => {
      if (server.child.exitCode !== null) throw new Error(`Icecast ended:\n${server.output()}`);
      return fetch(`http://127.0.0.1:${this.#port}/status-json.xsl`).then(({ ok }) => ok, String);
    });
  }

  /** Takes care of a source that sends to `mount`. Resolves with the address of its stream when that is there. */
  async feed(mount: string, source: Running): Promise<string> {
    this.#started.push(source);
    const url = `http://127.0.0.1:${this.#port}/${mount}`;
    await until(`Icecast has ${mount}`, async () => {
      if (source.child.exitCode !== null) throw new Error(`the source of ${mount} ended:\n${source.output()}`);
      const status = await (await fetch(`http://127.0.0.1:${this.#port}/status-json.xsl`)).text();
      return status.includes(`/${mount}`) || source.output();
    });
    return url;
  }

  /** Writes a file that goes when it ends; returns its path. */
  write(name: string, text: string): string {
    const file = join(this.#directory, name);
    writeFileSync(file, text, { mode: 0o644 });
    return file;
  }

  /** Ends everything and leaves no trace. */
  async stop(): Promise<void> {
    for (const running of this.#started.reverse()) await running.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

function icecastXml(port: number, mostClients: number): string {
  return `<icecast>
  <limits>
    <clients>${mostClients}</clients>
    <sources>4</sources>
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
