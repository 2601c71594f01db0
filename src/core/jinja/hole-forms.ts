import { type SqlToken, sqlTokens } from './sql-tokens.ts';
import type { Piece } from './state.ts';

/**
 * As what a hole is written so that SQL with it can be read: a value, a part of a name, one more item of a list or conjunct of a
 * condition behind a whole one (`item`, `and`) or before one (`item-first`, `and-first`), a query, what ends a statement behind its CTEs,
 * CTEs (with the comma before or behind that they need, or with their WITH), or nothing.
 */
export type HoleForm =
  | 'value'
  | 'name'
  | 'item'
  | 'item-first'
  | 'and'
  | 'and-first'
  | 'query'
  | 'end'
  | 'cte'
  | 'cte-before'
  | 'cte-behind'
  | 'with'
  | 'none';

/** Where a token stands: the clause, by parentheses. */
interface Level {
  /** The word before the parenthesis. */
  readonly opener: string;
  clause: string;
}

const clauses: ReadonlySet<string> = new Set(
  'select from where on using having qualify group order partition with join limit values union except intersect window set cluster distribute'.split(
    ' ',
  ),
);
/** Words after which a value comes. */
const beforeValue: ReadonlySet<string> = new Set(
  [
    ...clauses,
    ...'distinct all by and or not in is like ilike rlike between when then else case lateral interval over any some exists except exclude replace recursive offset rows range escape similar to ignore'.split(
      ' ',
    ),
  ].flatMap((word) => word),
);
/** Words that go on after a value. */
const afterValue: ReadonlySet<string> = new Set(
  [
    ...clauses,
    ...'and or as then when else end desc asc nulls is in not like ilike rlike between over within filter inner left right full outer cross natural rows range offset fetch tablesample pivot unpivot collate similar except'.split(
      ' ',
    ),
  ].flatMap((word) => word),
);
const lists: ReadonlySet<string> = new Set(['select', 'group', 'order', 'partition', '', 'using', 'with']);
const conditions: ReadonlySet<string> = new Set(['where', 'on', 'having', 'qualify']);

/** A hole's place. */
export interface HolePlace {
  readonly form: HoleForm;
  /**
   * The tokens around it up to the next comma, parenthesis or clause on each side: where they are the same, what stands in the hole binds
   * the same. Null where nothing can bind it: alone in a list or a clause.
   */
  readonly around: string | null;
}

/** The place of each hole, by the number of its piece. Null where the text cannot be told from its holes. */
export function holePlaces(pieces: readonly Piece[]): ReadonlyMap<number, HolePlace> | null {
  const read = sqlTokens(pieces);
  if (read === null) return null;
  const forms = new Map<number, HoleForm>();
  const places = new Map<number, HolePlace>();
  for (const at of read.quoted) places.set(at, { form: 'name', around: null });
  for (const at of read.silent) places.set(at, { form: 'none', around: null });
  const levels: Level[] = [{ opener: '', clause: '' }];
  for (const [at, token] of read.tokens.entries()) {
    const level = levels.at(-1) ?? { opener: '', clause: '' };
    if (token.kind === 'hole') {
      const form = formAt({ tokens: read.tokens, at, level, forms, depth: levels.length });
      forms.set(Number(token.text), form);
      places.set(Number(token.text), { form, around: aroundOf(read.tokens, at, pieces) });
      if (form === 'with') level.clause = 'with';
    } else step(levels, token, read.tokens[at - 1]);
  }
  return places;
}

/** Goes on with a token: into parentheses, out of them, into a clause. */
function step(levels: Level[], { kind, text }: SqlToken, before: SqlToken | undefined): void {
  if (kind === 'mark' && text === '(') levels.push({ opener: before?.text ?? '', clause: '' });
  else if (kind === 'mark' && text === ')' && levels.length > 1) levels.pop();
  const level = levels.at(-1);
  if (kind === 'word' && clauses.has(text) && level !== undefined) level.clause = text === 'join' ? 'from' : text;
}

/** How far a binding is looked for, in tokens. */
const farthest = 100;
/** Tokens past which nothing binds. */
const walls: ReadonlySet<string> = new Set([
  ...clauses,
  ...'( ) , ; by distinct as when then else end case'.split(' '),
]);

function aroundOf(tokens: readonly SqlToken[], at: number, pieces: readonly Piece[]): string | null {
  const isWall = (token: SqlToken | undefined): boolean =>
    token === undefined || (['word', 'mark'].includes(token.kind) && walls.has(token.text));
  if (isWall(tokens[at - 1]) && isWall(tokens[at + 1])) return null;
  let [from, to] = [at - 1, at + 1];
  while (!isWall(tokens[from]) && at - from < farthest) from--;
  while (!isWall(tokens[to]) && to - at < farthest) to++;
  const text = ({ kind, text: own }: SqlToken): string =>
    kind === 'hole' ? (pieces[Number(own)]?.hole?.identity ?? '') : own;
  return tokens
    .slice(Math.max(0, from), to + 1)
    .map(text)
    .join(' ');
}

interface At {
  readonly tokens: readonly SqlToken[];
  readonly at: number;
  readonly level: Level;
  readonly forms: ReadonlyMap<number, HoleForm>;
  /** Parentheses that are open, and one. */
  readonly depth: number;
}

// eslint-disable-next-line complexity -- one kind of place after the other
function formAt(place: At): HoleForm {
  const { tokens, at, level, depth } = place;
  const before = tokens[at - 1];
  if (isNamePart(place) || (before?.kind !== 'quoted' && ['::', 'as'].includes(before?.text ?? ''))) return 'name';
  if (before === undefined) return openingForm(tokens, at);
  if (depth === 1 && level.clause === 'with') return cteForm(place);
  const starts = ['select', 'with'].includes(tokens[at + 1]?.text ?? '');
  if (standsForQuery(place)) return starts ? 'none' : 'query';
  if (starts && before.text !== '(') return 'none';
  return endsValue(place, before) ? behindValue(place) : atValue(place);
}

/** Where the statement ends behind a token. */
function endsAt(tokens: readonly SqlToken[], at: number): boolean {
  const after = tokens[at + 1];
  return after === undefined || (after.text === ';' && tokens[at + 2] === undefined);
}

function openingForm(tokens: readonly SqlToken[], at: number): HoleForm {
  if (endsAt(tokens, at)) return 'query';
  return tokens[at + 1]?.text === ',' && startsCte(tokens, at + 2) ? 'with' : 'none';
}

/** Beside a letter or a dot, or before parentheses of its own. */
function isNamePart({ tokens, at, forms }: At): boolean {
  const [before, token, after] = [tokens[at - 1], tokens[at], tokens[at + 1]];
  const isBefore =
    before !== undefined &&
    token?.glued === true &&
    (['word', 'number'].includes(before.kind) ||
      before.text === '.' ||
      (before.kind === 'hole' && forms.get(Number(before.text)) === 'name'));
  return isBefore || (after?.glued === true && (after.kind === 'word' || ['.', '('].includes(after.text)));
}

function startsCte(tokens: readonly SqlToken[], at: number): boolean {
  const [name, as] = [tokens[at], tokens[at + 1]];
  return name !== undefined && ['word', 'quoted', 'hole'].includes(name.kind) && as?.text === 'as';
}

function cteForm({ tokens, at }: At): HoleForm {
  const [before, after] = [tokens[at - 1], tokens[at + 1]];
  const behind = before?.text === ')';
  if (endsAt(tokens, at)) return behind ? 'end' : 'cte';
  if (behind) return after?.text === ',' || after?.text === 'select' ? 'cte-before' : 'none';
  return startsCte(tokens, at + 1) ? 'cte-behind' : 'cte';
}

const setOperators: ReadonlySet<string> = new Set(['union', 'except', 'intersect']);
const queryOpeners: ReadonlySet<string> = new Set([
  ...setOperators,
  ...'as from join lateral materialized exists all'.split(' '),
]);

/** Whether a whole query must stand there: alone in the parentheses of a CTE or a derived table, or after UNION. */
// eslint-disable-next-line complexity -- one kind of place after the other
function standsForQuery({ tokens, at, level: { opener } }: At): boolean {
  const [before = '', after = ''] = [tokens[at - 1]?.text, tokens[at + 1]?.text];
  if (before === 'union' || before === 'intersect') return true;
  if (before === 'all') return setOperators.has(tokens[at - 2]?.text ?? '');
  if (before !== '(' || !(queryOpeners.has(opener) || [',', '('].includes(opener))) return false;
  return after === ')' ? queryOpeners.has(opener) : setOperators.has(after) || ['select', 'with'].includes(after);
}

function endsValue({ forms, tokens, at }: At, before: SqlToken): boolean {
  switch (before.kind) {
    case 'number':
    case 'quoted':
      return true;
    case 'hole': {
      const form = forms.get(Number(before.text));
      return (
        form !== 'and-first' && form !== 'item-first' && (form !== 'none' || at < 2 || endsValueAt(tokens[at - 2]))
      );
    }
    default:
      return endsValueAt(before) || (before.text === '*' && isStar(tokens[at - 2]));
  }
}

function endsValueAt(token: SqlToken | undefined): boolean {
  if (token === undefined) return false;
  if (token.kind === 'word') return token.text === 'end' || !beforeValue.has(token.text);
  return token.kind === 'number' || token.kind === 'quoted' || token.text === ')' || token.text === ']';
}

function isStar(before: SqlToken | undefined): boolean {
  return before === undefined || ['select', ',', '.', 'distinct', 'all', '('].includes(before.text);
}

function startsValue(token: SqlToken | undefined): boolean {
  if (token === undefined) return false;
  if (token.kind === 'word') return !afterValue.has(token.text) || ['not', 'case'].includes(token.text);
  return token.kind !== 'mark' || token.text === '(';
}

/** Behind a whole value. */
function behindValue({ tokens, at, level: { clause } }: At): HoleForm {
  const after = tokens[at + 1];
  // A value that has a name of its own, behind one without a comma: no form is right, and this one says so.
  if (after?.text === 'as') return 'value';
  if (conditions.has(clause)) return startsValue(after) ? 'none' : 'and';
  return lists.has(clause) ? 'item' : 'none';
}

/** Where a value may start. */
function atValue({ tokens, at, level: { clause } }: At): HoleForm {
  const after = tokens[at + 1];
  if (!startsValue(after) || after?.kind === 'hole') return 'value';
  if (conditions.has(clause)) return 'and-first';
  // `select {{ x }} a`: a value with its name, unless more follows than a name could be.
  const isName = after?.kind === 'word' && [',', 'from', ')', undefined].includes(tokens[at + 2]?.text);
  return clause === 'select' && !isName ? 'item-first' : 'value';
}
