import type { PlayerState } from '../sound/player.ts';

/** Width and height of the picture, px: lock screens ask for up to so much. */
const PICTURE_PX = 512;
/** Heights of the bars of the sign of Boardfeed, as parts of the picture. */
const BARS = [0.25, 0.5, 0.34, 0.16];
const GROUND = '#0b6670';
const SIGN = '#ffffff';

/** Draws the sign of Boardfeed; empty where the browser cannot. */
function picture(): string {
  const canvas = document.createElement('canvas');
  canvas.width = PICTURE_PX;
  canvas.height = PICTURE_PX;
  const context = canvas.getContext('2d');
  if (context === null) return '';
  context.fillStyle = GROUND;
  context.fillRect(0, 0, PICTURE_PX, PICTURE_PX);
  context.strokeStyle = SIGN;
  context.lineCap = 'round';
  context.lineWidth = PICTURE_PX * 0.07;
  BARS.forEach((height, index) => {
    const x = PICTURE_PX * (0.26 + index * 0.16);
    context.moveTo(x, (PICTURE_PX * (1 - height)) / 2);
    context.lineTo(x, (PICTURE_PX * (1 + height)) / 2);
  });
  context.stroke();
  return canvas.toDataURL('image/png');
}

/** Puts play, pause and stop on the lock screen, on headphones and on the media keys, where the browser has them. */
export function setUpMediaSession(play: () => void, stop: () => void): void {
  if (!('mediaSession' in navigator)) return;
  navigator.mediaSession.setActionHandler('play', play);
  navigator.mediaSession.setActionHandler('pause', stop);
  navigator.mediaSession.setActionHandler('stop', stop);
}

let shown = '';
let artwork: MediaImage[] | undefined;

/** Tells the phone what is on and whether it plays. */
export function showMediaSession(title: string, name: string, state: PlayerState): void {
  if (!('mediaSession' in navigator)) return;
  navigator.mediaSession.playbackState = state === 'idle' ? 'none' : state === 'blocked' ? 'paused' : 'playing';
  const showing = JSON.stringify([title, name]);
  if (showing === shown) return;
  shown = showing;
  artwork ??= [{ src: picture(), sizes: `${PICTURE_PX}x${PICTURE_PX}`, type: 'image/png' }].filter(({ src }) => src);
  navigator.mediaSession.metadata = new MediaMetadata({ title, artist: title === name ? '' : name, artwork });
}
