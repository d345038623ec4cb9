/**
 * Edit distance in which a swap of two adjacent characters counts once (optimal string alignment).
 * Inputs are cut at 64 characters, so the work is bounded.
 */
function editDistance(left: string, right: string): number {
  const a = left.slice(0, 64);
  const b = right.slice(0, 64);
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1;
      let best = Math.min(at(last, column) + 1, at(current, column - 1) + 1, at(last, column - 1) + same);
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        best = Math.min(best, at(beforeLast, column - 2) + 1);
      }
      current.push(best);
    }
    beforeLast = last;
    last = current;
  }
  return at(last, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}

/**
 * The candidate a person most likely meant, or undefined when none is near. Case, `-` and `_` cost nothing.
 * @param reach largest distance that still counts as a typing error
 */
export function nearest(word: string, candidates: readonly string[], reach = 2): string | undefined {
  const plain = plainWord(word);
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = editDistance(plain, plainWord(candidate));
    const nearEnough = distance <= reach && distance < candidate.length - 1;
    if (nearEnough && (best === undefined || distance < best.distance)) best = { candidate, distance };
  }
  return best?.candidate;
}

function plainWord(word: string): string {
  return word.toLowerCase().replaceAll(/[-_\s]/g, "");
}
