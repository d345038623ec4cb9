/** Numbers that follow from a seed alone (mulberry32). */
export function dice(seed: number) {
  let state = seed >>> 0;
  const roll = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (limit: number) => Math.floor((roll() / 0x1_0000_0000) * limit);
  return {
    below,
    chance: (percent: number) => below(100) < percent,
    pick: <T>(list: readonly T[]): T => list[below(list.length)] as T,
  };
}

export type Dice = ReturnType<typeof dice>;

export interface Mutating {
  /** Bytes of the result at most. */
  readonly most: number;
  /** Values that mean something where the bytes are read, and so are written more often than others. */
  readonly strange: readonly number[];
}

/** Bytes that are nearly those: flipped, cut, doubled, continued with another's. */
export function mutated(
  random: Dice,
  original: Uint8Array,
  other: Uint8Array,
  { most, strange }: Mutating,
): Uint8Array {
  let bytes = original;
  for (let times = 1 + random.below(random.chance(20) ? 12 : 3); times > 0; times--) {
    const at = random.below(bytes.length + 1);
    const end = Math.min(bytes.length, at + 1 + random.below(32));
    const before = bytes.subarray(0, at);
    switch (random.below(7)) {
      case 0:
        bytes = before;
        break;
      case 1:
        bytes = joined(before, bytes.subarray(end));
        break;
      case 2:
        bytes = joined(bytes.subarray(0, end), bytes.subarray(at));
        break;
      case 3:
        bytes = joined(before, other.subarray(random.below(other.length + 1)));
        break;
      case 4:
        bytes = joined(
          bytes,
          Uint8Array.from({ length: random.below(64) }, () => random.below(256)),
        );
        break;
      default: {
        const copy = bytes.slice();
        if (at < copy.length) copy[at] = random.chance(50) ? random.pick(strange) : random.below(256);
        bytes = copy;
      }
    }
  }
  return bytes.slice(0, most);
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(one.length + other.length);
  bytes.set(one);
  bytes.set(other, one.length);
  return bytes;
}
