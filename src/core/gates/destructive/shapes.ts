import type { Token } from './tokens.ts';

export type Verb = 'DROP' | 'TRUNCATE' | 'DELETE' | 'UPDATE' | 'MERGE' | 'ALTER … DROP';

/** Words that cannot follow a verb that strikes: then the verb is a column, an alias or a clause. */
const notNext = new Set(
  'as from and or is in not then end else when desc asc on using with where group order limit by set values over cascade restrict returning'.split(
    ' ',
  ),
);

type Shape = (tokens: readonly Token[], at: number) => boolean;

const shapes: Readonly<Record<string, readonly [verb: Verb, shape: Shape]>> = {
  drop: ['DROP', (tokens, at) => hasTarget(tokens, at) && tokens[at + 1]?.kind !== 'quoted'],
  truncate: ['TRUNCATE', hasTarget],
  delete: ['DELETE', (tokens, at) => hasTarget(tokens, at) || wordAt(tokens, at + 1) === 'from'],
  update: ['UPDATE', (tokens, at) => hasTarget(tokens, at) && holdsWord(tokens, at, 'set')],
  merge: [
    'MERGE',
    (tokens, at) => wordAt(tokens, at + 1) === 'into' || (hasTarget(tokens, at) && holdsWord(tokens, at, 'using')),
  ],
  alter: ['ALTER … DROP', dropsWithin],
};

/** Which destructive statement begins at a token; null when none does. The verb alone is not enough: `delete` may be a column. */
export function shapeOf(tokens: readonly Token[], at: number): Verb | null {
  const name = wordAt(tokens, at);
  const [verb, shape] = (Object.hasOwn(shapes, name) ? shapes[name] : undefined) ?? [null, null];
  return shape?.(tokens, at) === true ? verb : null;
}

function hasTarget(tokens: readonly Token[], at: number): boolean {
  const next = tokens[at + 1];
  return next !== undefined && isName(next) && !notNext.has(wordAt(tokens, at + 1));
}

/** Where the statement that begins at a token ends, exclusive. */
export function endOf(tokens: readonly Token[], at: number): number {
  let parentheses = 0;
  let blocks = 0;
  for (let i = at; i < tokens.length; i += 1) {
    const token = tokens[i];
    if (token === undefined) break;
    if (token.kind === 'symbol') {
      if (token.text === ';' || token.text === '$$') return i;
      if (token.text === '(') parentheses += 1;
      if (token.text === ')') parentheses -= 1;
    }
    if (token.kind === 'block') blocks += turnOf(token.text, blocks);
    if (parentheses < 0 || blocks < 0) return i;
  }
  return tokens.length;
}

/** +1 for a Jinja block that opens, −1 for one that closes; a branch at the statement's own depth ends it too. */
function turnOf(code: string, depth: number): number {
  const tag = /^\s*(\w+)/.exec(code)?.[1] ?? '';
  if (tag.startsWith('end')) return -1;
  if (tag === 'else' || tag === 'elif') return depth === 0 ? -1 : 0;
  if (tag === 'set') return code.includes('=') ? 0 : 1;
  return ['if', 'for', 'call', 'filter', 'macro'].includes(tag) ? 1 : 0;
}

const passedOver = new Set(
  'table view materialized schema database dataset column index if exists concurrently temporary temp transient external from into only dynamic type cascade restrict function procedure'.split(
    ' ',
  ),
);

/** What a statement strikes, as written: `{{ this }}`, `analytics.orders`. */
export function targetOf(own: readonly Token[]): string {
  let at = 1;
  while (passedOver.has(wordAt(own, at))) at += 1;
  const parts: string[] = [];
  for (const token of own.slice(at)) {
    const joins = token.kind === 'symbol' && token.text === '.';
    const follows = parts.length === 0 || parts.at(-1) === '.';
    if (joins === follows || (!joins && !isName(token))) break;
    parts.push(token.kind === 'expression' ? `{{ ${token.text.trim()} }}` : token.text);
  }
  return parts.join('').slice(0, 200);
}

function dropsWithin(tokens: readonly Token[], at: number): boolean {
  if (
    !['table', 'view', 'schema', 'database', 'materialized', 'external', 'iceberg', 'dynamic'].includes(
      wordAt(tokens, at + 1),
    )
  ) {
    return tokens[at + 1]?.kind === 'expression' && dropAfter(tokens, at);
  }
  return dropAfter(tokens, at);
}

function dropAfter(tokens: readonly Token[], at: number): boolean {
  const end = endOf(tokens, at);
  for (let i = at + 1; i < end; i += 1) {
    if (wordAt(tokens, i) !== 'drop') continue;
    if (!['not', 'default', 'identity', 'expression'].includes(wordAt(tokens, i + 1))) return true;
  }
  return false;
}

function holdsWord(tokens: readonly Token[], at: number, word: string): boolean {
  const end = endOf(tokens, at);
  for (let i = at + 1; i < end; i += 1) if (wordAt(tokens, i) === word) return true;
  return false;
}

function isName({ kind }: Token): boolean {
  return kind === 'word' || kind === 'quoted' || kind === 'expression';
}

function wordAt(tokens: readonly Token[], at: number): string {
  const token = tokens[at];
  return token?.kind === 'word' ? token.text.toLowerCase() : '';
}
