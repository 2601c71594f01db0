import type { Term } from '#core/meaning';

/** What a condition comes to: true, false, or NULL. */
type Truth = 1 | 0 | null;

/** Parts of a condition that no AND, OR or NOT is made of, each once. */
export function atomsOf(term: Term): readonly Term[] {
  const atoms = new Map<string, Term>();
  const visit = (one: Term): void => {
    if (isJunction(one)) one.children.forEach(visit);
    else atoms.set(one.text, one);
  };
  visit(term);
  return [...atoms.values()];
}

/** Which atoms must be true, and which false, so that a row passes one condition and not the other. */
export interface Witness {
  readonly values: ReadonlyMap<Term, boolean>;
  readonly passesAfter: boolean;
}

/**
 * A row that two conditions over the same atoms tell apart; null where they let the same rows through, NULLs included. `too-many`
 * where there are more than eight atoms, which are not looked through.
 */
export function toldApart(before: Term, after: Term): Witness | 'too-many' | null {
  const atoms = atomsOf(before);
  if (atoms.length > 8) return 'too-many';
  for (const truths of [
    [1, 0],
    [1, 0, null],
  ] as const) {
    const found = search(before, after, atoms, truths);
    if (found !== null) return found;
  }
  return null;
}

function search(before: Term, after: Term, atoms: readonly Term[], truths: readonly Truth[]): Witness | null {
  const count = truths.length ** atoms.length;
  for (let number = 0; number < count; number += 1) {
    const values = new Map<string, Truth>();
    let rest = number;
    for (const { text } of atoms) {
      values.set(text, truths[rest % truths.length] ?? null);
      rest = Math.floor(rest / truths.length);
    }
    const [was, is] = [truthOf(before, values) === 1, truthOf(after, values) === 1];
    if (was !== is)
      return { values: new Map(atoms.map((atom) => [atom, values.get(atom.text) === 1])), passesAfter: is };
  }
  return null;
}

function truthOf(term: Term, values: ReadonlyMap<string, Truth>): Truth {
  if (!isJunction(term)) return values.get(term.text) ?? null;
  const parts = term.children.map((child) => truthOf(child, values));
  if (term.name === 'not') return parts[0] === null || parts[0] === undefined ? null : parts[0] === 1 ? 0 : 1;
  const decisive: Truth = term.name === 'and' ? 0 : 1;
  if (parts.includes(decisive)) return decisive;
  return parts.includes(null) ? null : decisive === 0 ? 1 : 0;
}

function isJunction({ kind, name }: Term): boolean {
  return kind === 'operator' && (name === 'and' || name === 'or' || name === 'not');
}
