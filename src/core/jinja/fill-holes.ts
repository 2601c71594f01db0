import { openMaskName, type SourceLines } from '#core/sql';
import { type HoleForm, holePlaces } from './hole-forms.ts';
import type { Hole, Piece } from './state.ts';

/** SQL with every hole written as a mask. */
export interface FilledSql extends SourceLines {
  /** What stands around those masks that are no operands by themselves, in order: where it differs, equal SQL may hide a difference. */
  readonly bound: readonly string[];
  /** Identities of holes that are left out, in order: nothing in the SQL tells what they write, nor where. */
  readonly hidden: readonly string[];
  /** What is masked, each once for a line. */
  readonly masked: readonly { readonly line: number; readonly label: string }[];
}

/**
 * Writes every hole of rendered SQL as a mask: a name made of its identity, so that the same value has the same mask, in the form that
 * its place needs, or that `forms` gives by identity. Null where the text has characters by which holes are told.
 */
export function fillHoles(
  pieces: readonly Piece[],
  forms: ReadonlyMap<string, HoleForm> = new Map(),
): FilledSql | null {
  const places = holePlaces(pieces);
  if (places === null) return null;
  const stretches: { at: number; line: number; moves: boolean }[] = [];
  const masked = new Map<string, { line: number; label: string }>();
  const bound: string[] = [];
  const hidden: string[] = [];
  let sql = '';
  for (const [at, { text, line, moves, hole }] of pieces.entries()) {
    stretches.push({ at: sql.length, line, moves });
    if (hole === null) {
      sql += text;
      continue;
    }
    const { form, around } = places.get(at) ?? { form: 'value', around: '' };
    const own = form === 'name' ? form : (forms.get(hole.identity) ?? form);
    if (around !== null) bound.push(around);
    if (own === 'none') hidden.push(hole.identity);
    masked.set(`${line} ${hole.label}`, { line, label: hole.label });
    sql += maskAs(own, hole, sql);
  }
  return { sql, stretches, bound, hidden, masked: [...masked.values()] };
}

function maskAs(form: HoleForm, hole: Hole, before: string): string {
  const name = openMaskName(hole.identity, hole.label);
  const call = `${name}()`;
  const cte = `${name} as (select ${call} as one)`;
  if (form === 'end') return `select *, ${call} from ${lastCte(before, hole)}`;
  const written: Readonly<Record<Exclude<HoleForm, 'end'>, string>> = {
    value: call,
    name,
    item: `, ${call}`,
    'item-first': `${call}, `,
    and: ` and ${call} `,
    'and-first': ` ${call} and `,
    query: `select * from ${call}`,
    cte,
    'cte-before': `, ${cte}`,
    'cte-behind': `${cte}, `,
    with: `with ${cte}`,
    none: ' ',
  };
  return written[form];
}

/** The CTE that a call at the end of a statement reads: one that it names, else the last. */
function lastCte(before: string, { texts }: Hole): string {
  const found = [...before.matchAll(/([\w"`]+)\s+as\s*(?:(?:not\s+)?materialized\s*)?\(/gi)];
  const names = found.map(([, name = '']) => name);
  const named = names.filter((name) => texts.includes(name.replaceAll(/\W/g, '').toLowerCase()));
  return named.at(-1) ?? names.at(-1) ?? 'nothing';
}
