/**
 * The known word that a reader most likely meant, or null when none is near: at most a third of its letters differ,
 * counting a swap of neighbours as one (optimal string alignment distance).
 */
export function nearestWord(word: string, known: readonly string[]): string | null {
  const typed = word.slice(0, 100).toLowerCase();
  let best: { readonly word: string; readonly distance: number } | null = null;
  for (const candidate of known) {
    const allowed = Math.max(1, Math.floor(Math.max(candidate.length, typed.length) / 3));
    if (Math.abs(candidate.length - typed.length) > allowed) continue;
    const distance = editDistance(typed, candidate.toLowerCase());
    if (distance <= allowed && (best === null || distance < best.distance)) best = { word: candidate, distance };
  }
  return best?.word ?? null;
}

function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const next = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const substitution = at(last, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const swapped =
        a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1] ? at(before, column - 2) + 1 : Infinity;
      next.push(Math.min(at(next, column - 1) + 1, at(last, column) + 1, substitution, swapped));
    }
    before = last;
    last = next;
  }
  return at(last, b.length);
}

function at(numbers: readonly number[], index: number): number {
  return numbers[index] ?? Infinity;
}
