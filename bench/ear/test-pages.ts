/** A page that plays an address in an `<audio>` element by itself. */
export function audioElementPage(url: string): string {
  return `<!doctype html><title>audio</title><audio autoplay src="${url}"></audio>`;
}

/**
 * A page that plays 16-bit stereo WAV at 48 kHz from `/stream.wav` as soon as it comes: every piece is a buffer that is scheduled to begin where
 * the last one ends, the first one `LEAD_S` ahead of the present. When the sound has run out it begins anew.
 */
export const wavPage = `<!doctype html><title>wav</title><script>
const LEAD_S = 0.03;
const HEADER_BYTES = 44;
const FRAME_BYTES = 4;
async function listen() {
  const context = new AudioContext({ latencyHint: 'interactive', sampleRate: 48000 });
  await context.resume();
  const answer = await fetch('/stream.wav?burst=0');
  play(context, answer.body.getReader());
}
async function play(context, reader) {
  let rest = new Uint8Array(0);
  let skip = HEADER_BYTES;
  let nextS = 0;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const bytes = new Uint8Array(rest.length + value.length);
    bytes.set(rest);
    bytes.set(value, rest.length);
    const skipped = Math.min(skip, bytes.length);
    skip -= skipped;
    const frames = Math.floor((bytes.length - skipped) / FRAME_BYTES);
    rest = bytes.slice(skipped + frames * FRAME_BYTES);
    if (frames === 0) continue;
    const view = new DataView(bytes.buffer, skipped);
    const buffer = context.createBuffer(2, frames, 48000);
    for (let channel = 0; channel < 2; channel++) {
      const samples = buffer.getChannelData(channel);
      for (let frame = 0; frame < frames; frame++) {
        samples[frame] = view.getInt16(frame * FRAME_BYTES + 2 * channel, true) / 32768;
      }
    }
    if (nextS < context.currentTime) nextS = context.currentTime + LEAD_S;
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(context.destination);
    source.start(nextS);
    nextS += frames / 48000;
  }
}
</script>`;
