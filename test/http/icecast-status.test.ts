import test from 'ava';
import { Icecast } from '../support/icecast.ts';
import { run, until } from '../support/processes.ts';
import { exchange, get, serve } from './serving.ts';

type Source = Record<string, unknown>;
interface Stats {
  icestats: Record<string, unknown> & { source?: Source | Source[] };
}

const typesOf = (object: object) =>
  Object.fromEntries(
    Object.entries(object)
      // What Icecast leaves behind where it hides a field.
      .filter(([key]) => key !== 'dummy')
      .map(([key, value]) => [key, typeof value]),
  );

test('keys and types are those of a real Icecast with a source that says all it can', async (t) => {
  t.timeout(60_000);
  const icecast = new Icecast();
  t.teardown(() => icecast.stop());
  await icecast.start();
  // A file that lasts longer than this test: Icecast does not look into MP3.
  const sound = icecast.write('sound.mp3', '\0'.repeat(2_000_000));
  const says = {
    'Content-Type': 'audio/mpeg',
    'Ice-Name': 'Kirche',
    'Ice-Description': 'MP3',
    'Ice-Genre': 'Talk',
    'Ice-URL': 'http://example.org/',
    'Ice-Audio-Info': 'channels=2;samplerate=48000;bitrate=128',
  };
  const headers = Object.entries(says).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const credentials = `source:${icecast.password}`;
  const url = `http://127.0.0.1:${icecast.port}/stream.mp3`;
  const source = run('curl', ['-s', '-u', credentials, '--limit-rate', '20k', '-T', sound, ...headers, url]);
  await icecast.feed('stream.mp3', source);
  const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
  const update = await fetch(
    `http://127.0.0.1:${icecast.port}/admin/metadata?mode=updinfo&mount=/stream.mp3&song=Air`,
    {
      headers: { authorization },
    },
  );
  t.is(update.status, 200);
  let theirs: Stats | undefined;
  await until('Icecast shows the title', async () => {
    theirs = (await (await fetch(`http://127.0.0.1:${icecast.port}/status-json.xsl`)).json()) as Stats;
    return (theirs.icestats.source as Source | undefined)?.title === 'Air' || theirs;
  });

  const box = await serve(t);
  box.station.setTitle('Air');
  const ours = (await (await fetch(`${box.url}/status-json.xsl?mount=/stream.mp3`)).json()) as Stats;
  const { source: theirSource, ...theirServer } = theirs?.icestats ?? {};
  const { source: ourSource, ...ourServer } = ours.icestats;
  t.deepEqual(typesOf(ourServer), typesOf(theirServer));
  // Those of our test have no bitrate and no page of the station.
  const { bitrate, server_url, ...rest } = typesOf(theirSource ?? {});
  t.is(bitrate, 'number');
  t.is(server_url, 'string');
  t.deepEqual(typesOf(ourSource ?? {}), rest);
  for (const key of ['server_start', 'server_start_iso8601']) {
    const shape = (value: unknown) =>
      String(value)
        .replace(/\d/g, '0')
        .replace(/[A-Z][a-z]{2}/g, 'Aaa');
    t.is(shape(ourServer[key]), shape(theirServer[key]));
  }
  t.is(icecastPath(theirSource), icecastPath(ourSource));
});

const icecastPath = (source: unknown) => new URL(String((source as Source).listenurl)).pathname;

test('several sources are a list, one is an object, none is no key', async (t) => {
  const { url, port, told } = await serve(t);
  const stats = async (query = '') =>
    ((await (await fetch(`${url}/status-json.xsl${query}`)).json()) as Stats).icestats;
  const { source, host, server_id } = await stats();
  t.is(host, '127.0.0.1');
  t.is(server_id, 'Boardfeed 1.2.3');
  t.deepEqual(
    (source as Source[]).map(({ listenurl }) => listenurl),
    [`${url}/stream.mp3`, `${url}/stream.wav`],
  );
  t.is(((await stats('?mount=/stream.wav')).source as Source).listenurl, `${url}/stream.wav`);
  t.false('source' in (await stats('?mount=/nothing')));
  t.false('source' in (await stats('?mount=a&mount=b')));
  const listening = exchange(port, get('/stream.wav'), 300);
  await until('it listens', () => told.joined === 1);
  const heard = (await stats('?mount=/stream.wav')).source as Source;
  t.is(heard.listeners, 1);
  t.is(heard.title, 'Kirche St. Ägidius 日', 'a feed without a title is called by its name');
  t.is(told.joined, 1);
  await listening;
});
