/** Numbers from 0 to 1 without order, always the same for a seed (Park and Miller, 1988). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  for (let warmUp = 0; warmUp < 3; warmUp++) state = (state * 48271) % 0x7fffffff;
  return () => {
    state = (state * 48271) % 0x7fffffff;
    return state / 0x7fffffff;
  };
}
