import test from 'ava';
import { setTitle, startTitledBox, watchTitles } from '../../bench/icy/audience.ts';
import { STATION_NAME, titleNumber } from '../../bench/icy/titles.ts';
import { PlayersStage } from '../support/players-stage.ts';
import { run, until } from '../support/processes.ts';
import { PulseRig } from '../support/pulse.ts';

// The short form of `npm run bench:icy`.
test.serial(
  'listeners with titles read each block at its place, each title in the next one, and the same sound as one without',
  async (t) => {
    const seen = await watchTitles({ seconds: 9, joiners: 16, titleMs: [400, 900] });
    t.log(JSON.stringify(seen));
    t.deepEqual(seen.faults, []);
    t.true(seen.titlesSeen > seen.titlesSet && seen.titlesSet >= 8);
  },
);

/** Players, and how each says a title, and the name of the feed if it does, on its way. */
const readers: Array<[command: string, says: (title: string) => string, name: string | undefined]> = [
  [
    'ffmpeg -nostdin -v verbose -i URL -f null -',
    (title) => `StreamTitle: ${title}`,
    `icy-name        : ${STATION_NAME}`,
  ],
  ['mpv --no-config --no-video --ao=null URL', (title) => `icy-title: ${title}`, undefined],
  ['cvlc --aout=dummy --verbose=2 --no-color URL', (title) => `Icy-Title=${title}`, `Icy-Name: ${STATION_NAME}`],
];

for (const [command, says, name] of readers) {
  const [program = '', ...args] = command.split(' ');
  test.serial(`${program} shows the title, the next one and the name of the feed`, async (t) => {
    // It plays nowhere; the stage is for who may not run as root, and for a home.
    const rig = new PulseRig();
    t.teardown(() => rig.stop());
    const stage = new PlayersStage(rig);
    t.teardown(() => stage.close());
    const box = await startTitledBox();
    t.teardown(() => box.stop());
    const words = args.map((word) => word.replace('URL', `${box.url}/stream.mp3`));
    const player = run(program, words, { ...stage.user, env: stage.env('none') });
    t.teardown(() => player.stop());
    const shows = (words: string) =>
      until(`it shows ${words}`, () => player.output().includes(words) || player.output(), 20_000);
    await shows(says(titleNumber(0).shown));
    const next = "Bläser 日本 🎺; \"Don't\" & 'more'…";
    await setTitle(box, next);
    await shows(says(next));
    if (name !== undefined) await shows(name);
    t.pass();
  });
}

test.serial('ffprobe finds the title and what is said of the feed among the tags', async (t) => {
  const box = await startTitledBox();
  t.teardown(() => box.stop());
  const probe = run('ffprobe', ['-v', 'error', '-show_entries', 'format_tags', `${box.url}/stream.mp3`]);
  await new Promise((resolve) => probe.child.once('close', resolve));
  const tags = probe.output().split('\n');
  for (const tag of [`StreamTitle=${titleNumber(0).shown}`, `icy-name=${STATION_NAME}`, 'icy-br=128'])
    t.true(tags.includes(`TAG:${tag}`), probe.output());
});
