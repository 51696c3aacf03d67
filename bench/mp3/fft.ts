/** Power spectrum of real samples, of the window's length (a power of two): |X(k)|² for k from 0 up to half of it. */
export function powerSpectrum(samples: Float64Array, window: Float64Array): Float64Array {
  const size = window.length;
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  for (let index = 0; index < size; index++) re[index] = (samples[index] ?? 0) * (window[index] ?? 0);
  transform(re, im);
  const power = new Float64Array(size / 2 + 1);
  for (let bin = 0; bin < power.length; bin++) power[bin] = (re[bin] ?? 0) ** 2 + (im[bin] ?? 0) ** 2;
  return power;
}

/** Periodic Hann window. */
export function hann(size: number): Float64Array {
  return Float64Array.from({ length: size }, (_, index) => 0.5 - 0.5 * Math.cos((2 * Math.PI * index) / size));
}

/** Fourier transform in place, radix 2 (Cooley and Tukey, 1965); the length is a power of two. */
export function transform(re: Float64Array, im: Float64Array): void {
  const size = re.length;
  for (let index = 1, reversed = 0; index < size; index++) {
    let bit = size >> 1;
    for (; reversed & bit; bit >>= 1) reversed ^= bit;
    reversed ^= bit;
    if (index < reversed) {
      swap(re, index, reversed);
      swap(im, index, reversed);
    }
  }
  for (let half = 1; half < size; half *= 2) {
    for (let step = 0; step < half; step++) {
      const angle = (-Math.PI * step) / half;
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      for (let a = step; a < size; a += 2 * half) {
        const b = a + half;
        const [bRe, bIm] = [re[b] ?? 0, im[b] ?? 0];
        const [turnedRe, turnedIm] = [bRe * cos - bIm * sin, bRe * sin + bIm * cos];
        const [aRe, aIm] = [re[a] ?? 0, im[a] ?? 0];
        re[a] = aRe + turnedRe;
        im[a] = aIm + turnedIm;
        re[b] = aRe - turnedRe;
        im[b] = aIm - turnedIm;
      }
    }
  }
}

/** The inverse of `transform`, in place: with real and imaginary parts exchanged they are the same but for the scale. */
export function transformBack(re: Float64Array, im: Float64Array): void {
  transform(im, re);
  for (let index = 0; index < re.length; index++) {
    re[index] = (re[index] ?? 0) / re.length;
    im[index] = (im[index] ?? 0) / re.length;
  }
}

function swap(values: Float64Array, a: number, b: number): void {
  const kept = values[a] ?? 0;
  values[a] = values[b] ?? 0;
  values[b] = kept;
}
