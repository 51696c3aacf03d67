import test from 'ava';
import type { StreamTags } from '../../src/encoders/encoder.ts';
import { OggStream, oggPacket } from '../../src/encoders/ogg.ts';
import { OggChain } from '../../src/encoders/ogg-chain.ts';
import { vorbisComment } from '../../src/encoders/vorbis-comment.ts';
import { findOggPages } from '../support/ogg-pages.ts';

const packet = (length: number) => Buffer.from(Uint8Array.from({ length }, (_, index) => index % 251));
const TAGS: StreamTags = { name: 'St. Mary', title: '', genre: '', url: '' };

for (const length of [0, 1, 254, 255, 256, 510, 1276, 40_000, 65_024]) {
  test(`a packet of ${length} bytes is one page, and comes out of it again`, (t) => {
    const page = new OggStream(7).page(packet(length), 2 ** 40 + 1);
    const [found, ...others] = findOggPages(page);
    t.is(found?.end, page.length);
    t.deepEqual(others, []);
    t.is(found?.packets.length, 1);
    t.deepEqual(found?.packets[0], packet(length));
    t.deepEqual(oggPacket(page), packet(length));
    t.is(found?.granulePosition, 2n ** 40n + 1n);
  });
}

test('a packet that does not fit on a page is refused', (t) => {
  t.throws(() => new OggStream().page(packet(65_025), 0), { instanceOf: RangeError, message: /65024 bytes/ });
});

test('the pages of a stream are numbered, and only its first and last are marked', (t) => {
  const stream = new OggStream();
  const pages = findOggPages(
    Buffer.concat([stream.page(packet(3), 0), stream.page(packet(3), 10), stream.page(packet(3), 20, true)]),
  );
  t.deepEqual(
    pages.map(({ sequence }) => sequence),
    [0, 1, 2],
  );
  t.deepEqual(
    pages.map(({ first }) => first),
    [true, false, false],
  );
  t.deepEqual(
    pages.map(({ last }) => last),
    [false, false, true],
  );
  t.is(new Set(pages.map(({ serial }) => serial)).size, 1);
  t.not(pages[0]?.serial, findOggPages(new OggStream().page(packet(1), 0))[0]?.serial);
});

test('header pages are those of the start, wherever the stream is', (t) => {
  const stream = new OggStream(2);
  for (let count = 0; count < 5; count++) stream.page(packet(1), count);
  const headers = findOggPages(stream.headerPages([packet(19), packet(50)]));
  t.like(headers[0], { sequence: 0, first: true, granulePosition: 0n });
  t.like(headers[1], { sequence: 1, first: false, granulePosition: 0n });
  const [next] = findOggPages(stream.page(packet(1), 5));
  t.like(next, { sequence: 7, first: false, serial: headers[0]?.serial });
});

test('page numbers begin again from 0 after 2^32', (t) => {
  const stream = new OggStream(2 ** 32 - 1);
  t.is(findOggPages(stream.page(packet(1), 0))[0]?.sequence, 2 ** 32 - 1);
  t.is(findOggPages(stream.page(packet(1), 0))[0]?.sequence, 0);
});

/** A chain of packets that are their own number, each ten units long. */
function chain(prerollPackets: number) {
  const skips: number[] = [];
  const made = new OggChain({
    packetFrames: 10,
    lookaheadFrames: 3,
    prerollPackets,
    headers: (tags, skipFrames) => {
      skips.push(skipFrames);
      return [Buffer.from('head'), Buffer.from(tags.title)];
    },
    packetOf: (chunk) => chunk,
  });
  return { made, skips };
}

test('a new title begins a new logical stream; the one before is ended, and what a decoder needs is repeated', (t) => {
  const { made, skips } = chain(2);
  const bytes = [made.header({ ...TAGS, title: 'one' })];
  for (const number of [1, 2, 3]) bytes.push(made.frame(Buffer.from([number])));
  bytes.push(made.header({ ...TAGS, title: 'two' }), made.frame(Buffer.from([4])), made.frame(Buffer.from([5])));
  const pages = findOggPages(Buffer.concat(bytes)).map((page) => ({
    ...page,
    content: page.packets.map((one) => (one.length === 1 ? one[0] : one.toString()))[0],
  }));
  t.deepEqual(
    pages.map(({ sequence, content, granulePosition, first, last }) => [
      sequence,
      content,
      Number(granulePosition),
      first,
      last,
    ]),
    [
      [0, 'head', 0, true, false],
      [1, 'one', 0, false, false],
      [2, 1, 10, false, false],
      [3, 2, 20, false, false],
      [4, 3, 30, false, true],
      [0, 'head', 0, true, false],
      [1, 'two', 0, false, false],
      [2, 2, 10, false, false],
      [3, 3, 20, false, false],
      [4, 4, 30, false, false],
    ],
  );
  t.deepEqual(skips, [3, 20]);
  t.is(new Set(pages.map(({ serial }) => serial)).size, 2);
});

test('a title that changes before there was sound leaves no half of a stream', (t) => {
  const { made, skips } = chain(2);
  const pages = findOggPages(Buffer.concat([made.header(TAGS), made.header(TAGS), made.frame(Buffer.from([1]))]));
  t.deepEqual(
    pages.map(({ sequence, last }) => [sequence, last]),
    [
      [0, false],
      [1, false],
      [0, false],
      [1, false],
    ],
  );
  t.deepEqual(skips, [3, 3]);
});

test('nothing is repeated for a codec that needs no running up', (t) => {
  const { made, skips } = chain(0);
  made.header(TAGS);
  made.frame(Buffer.from([1]));
  made.frame(Buffer.from([2]));
  const pages = findOggPages(made.header(TAGS));
  t.deepEqual(
    pages.map(({ packets, last }) => [packets[0]?.[0] === 2, last]),
    [
      [true, true],
      [false, false],
      [false, false],
    ],
  );
  t.deepEqual(skips, [3, 3]);
});

/** The fields of a comment, as name and value. */
function fieldsOf(comment: Buffer): string[] {
  const texts: string[] = [];
  let at = 0;
  const text = () => {
    const length = comment.readUInt32LE(at);
    at += 4 + length;
    if (at > comment.length) throw new Error('a text beyond the end');
    return comment.toString('utf8', at - length, at);
  };
  text();
  const count = comment.readUInt32LE(at);
  at += 4;
  for (let left = count; left > 0; left--) texts.push(text());
  if (at !== comment.length) throw new Error(`${comment.length - at} bytes too many`);
  return texts;
}

test('a comment has what there is to say', (t) => {
  t.deepEqual(fieldsOf(vorbisComment(TAGS)), ['TITLE=St. Mary', 'ORGANIZATION=St. Mary']);
  const full = { name: 'St. Mary', title: 'Messe; "h-Moll" 🎼', genre: 'Choir', url: 'https://st-mary.example/' };
  t.deepEqual(fieldsOf(vorbisComment(full)), [
    'TITLE=Messe; "h-Moll" 🎼',
    'ALBUM=St. Mary',
    'ORGANIZATION=St. Mary',
    'GENRE=Choir',
    'CONTACT=https://st-mary.example/',
  ]);
});
