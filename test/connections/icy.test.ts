import test from 'ava';
import fc from 'fast-check';
import { IcyFramer, icyBlock } from '../../src/connections/icy.ts';
import { IcyReader } from '../support/icy-reader.ts';

/** The title that a strict reader finds in a block. */
function read(block: Buffer): string | undefined {
  const reader = new IcyReader(1);
  reader.push(Buffer.concat([Buffer.alloc(1), block]));
  return reader.titles[0]?.title;
}

const titles: Array<[what: string, title: string, shown: string]> = [
  ['plain', 'Sunday service', 'Sunday service'],
  ['nothing', '', ''],
  ['quotes', `"Don't" & 'more'`, `"Don't" & 'more'`],
  ['what would end it', "It';s StreamUrl='x';", "It\u2019;s StreamUrl='x\u2019;"],
  ['a quote at the end', "the boys'", "the boys'"],
  ['UTF-8', 'Bläser 日本 🎺', 'Bläser 日本 🎺'],
  ['as long as fits', 'x'.repeat(4065), 'x'.repeat(4065)],
  ['too long', 'x'.repeat(5000), 'x'.repeat(4065)],
  ['too long, cut off between characters', `${'x'.repeat(4064)}ä`, 'x'.repeat(4064)],
  ['too long, cut off within a pair', `${'x'.repeat(4062)}🎺`, 'x'.repeat(4062)],
  ['a quote where it is cut off', `${'x'.repeat(4064)}';`, 'x'.repeat(4064)],
];
for (const [what, title, shown] of titles) {
  test(`a title: ${what}`, (t) => t.is(read(icyBlock(title)), shown));
}

test('any text is a title that a strict reader finds', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 3000 }), (title) => {
      const found = read(icyBlock(title))?.replaceAll('\u2019', "'");
      return Buffer.byteLength(title) > 4065 ? found !== undefined : found === title.replaceAll('\u2019', "'");
    }),
  );
  t.pass();
});

test('a block stands after every so many bytes, however the sound is cut, and what joins at a join point reads it all', (t) => {
  const acts = fc.array(fc.oneof(fc.integer({ min: 1, max: 70 }), fc.constantFrom('title', 'joined', 'anew')), {
    maxLength: 300,
  });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), acts, (metaBytes, steps) => {
      const readers: Array<{ reader: IcyReader; sound: number[]; from: number }> = [];
      let sent = 0;
      let points = 0;
      const begin = () => {
        const sound: number[] = [];
        readers.push({ reader: new IcyReader(metaBytes, (data) => sound.push(...data)), sound, from: sent });
      };
      const output = {
        broadcast: (data: Buffer, atMs: number, joinable: boolean) => {
          if (joinable) begin();
          t.is(atMs, 7);
          for (const { reader } of readers) reader.push(data);
          // What was sent as sound is counted by the first reader, which began with the stream.
          sent = readers[0]?.reader.soundBytes ?? 0;
        },
      };
      const framer = new IcyFramer(metaBytes, 'first', output, () => points++);
      let made = 0;
      for (const step of steps) {
        if (step === 'title') framer.setTitle(`title ${made}`);
        else if (step === 'joined') framer.repeatTitle();
        else if (step === 'anew') {
          framer.beginAnew();
          readers.length = 0;
          made = sent = points = 0;
        } else {
          framer.broadcast(Buffer.from(Array.from({ length: step }, () => made++ % 251)), 7);
          if (framer.atJoinPoint !== (made % metaBytes === 0)) return false;
        }
      }
      return readers.every(({ reader, sound, from }) => {
        const right = sound.every((byte, index) => byte === (from + index) % 251);
        return right && reader.blocks === Math.floor(sound.length / metaBytes) && from % metaBytes === 0;
      });
    }),
  );
  t.pass();
});

test('the title stands in the first block, after a change and for those who come later, and nowhere else', (t) => {
  const reader = new IcyReader(4);
  const framer = new IcyFramer(4, 'one', { broadcast: (data) => reader.push(data) }, () => {});
  const sound = (blocks: number) => framer.broadcast(Buffer.alloc(4 * blocks), 0);
  sound(3);
  framer.setTitle('two');
  sound(3);
  framer.repeatTitle();
  sound(2);
  t.is(reader.blocks, 8);
  t.deepEqual(reader.titles, [
    { atBytes: 4, title: 'one' },
    { atBytes: 16, title: 'two' },
    { atBytes: 28, title: 'two' },
  ]);
});
