/** Bitrates of MPEG-1 and MPEG-2 Layer III by header index, in kbit/s (ISO/IEC 11172-3 and 13818-3, 2.4.2.3). */
const BITRATES_KBPS = {
  mpeg1: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  mpeg2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
};
const RATES_HZ = [44100, 48000, 32000];

/** Length of the MPEG audio Layer III frame whose header starts at `at`, in bytes. Throws when there is no such header. */
export function mp3FrameBytes(bytes: Uint8Array, at: number): number {
  const [sync = 0, version = 0, rates = 0] = bytes.subarray(at, at + 3);
  const mpeg1 = (version & 0x08) !== 0;
  const bitrateKbps = (mpeg1 ? BITRATES_KBPS.mpeg1 : BITRATES_KBPS.mpeg2)[rates >> 4];
  const rateHz = RATES_HZ[(rates >> 2) & 3];
  if (sync !== 0xff || (version & 0xf6) !== 0xf2 || !bitrateKbps || !rateHz) {
    throw new Error(`no MP3 frame at byte ${at}: ${Buffer.from(bytes.subarray(at, at + 4)).toString('hex')}`);
  }
  const padding = (rates >> 1) & 1;
  return Math.floor(((mpeg1 ? 144 : 72) * bitrateKbps * 1000) / (mpeg1 ? rateHz : rateHz / 2)) + padding;
}

/** Length of the whole frames at the start of `bytes`, which starts with a frame: what may be sent. */
export function wholeMp3Frames(bytes: Uint8Array): number {
  let end = 0;
  while (end + 4 <= bytes.length) {
    const next = end + mp3FrameBytes(bytes, end);
    if (next > bytes.length) break;
    end = next;
  }
  return end;
}
