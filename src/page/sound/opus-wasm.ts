/*
 * libopus as WebAssembly, in a file of its own: it is large, and only loaded where the browser has no decoder for us.
 */
export { OpusDecoder } from 'opus-decoder';
