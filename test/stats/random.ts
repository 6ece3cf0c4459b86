/** Uniform numbers in [0, 1) from a 32-bit seed (Marsaglia's xorshift32); the same on every machine. */
export function makeRandom(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e37_79b9) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
