import { sha256 } from '#core/base';
import { normalizeSqlText } from '#core/sql';
import { standsForQuery } from './render-nodes.ts';
import { type Segment, segmentsOf, tokensOf } from './tokens.ts';

const prefix = 'weirkeeper_masked_';

const leftOut = 'weirkeeper_left_out_';

/** Whether calls of `withTextMasks` were left out: they stand for no value, but for a clause or for several columns. */
export function hasCallsLeftOut(sql: string): boolean {
  return sql.includes(leftOut);
}

/** Whether SQL holds a mask of `withTextMasks`. */
export function hasTextMasks(sql: string): boolean {
  return sql.includes(prefix);
}

/** Names that mean the same in every project. */
const dbtNames: ReadonlySet<string> = new Set(['ref', 'source', 'config', 'this', 'is_incremental', 'return', 'log']);

const opening = /^\s*(?:for|macro|call|filter|snapshot|test|materialization)\b|^\s*set\s+\w+\s*$/;
const closing = /^\s*end(?:for|macro|call|filter|snapshot|test|materialization|set)\b/;

/**
 * A model's Jinja SQL without the calls that nothing is known of: each is masked by a name made of its own words, so that two texts with
 * the same call have the same mask. `knows` tells the macros and packages that are known. Calls inside loops and blocks stay: what they
 * come to depends on more than their words. The text unchanged where its Jinja does not parse.
 */
export function withTextMasks(template: string, knows: (name: string) => boolean): string {
  const segments = segmentsOf(template);
  if (segments === null) return template;
  const own = namesSet(segments);
  const out: string[] = [];
  let depth = 0;
  for (const [at, segment] of segments.entries()) {
    const { kind, text } = segment;
    if (kind === 'tag') depth += opening.test(text) ? 1 : closing.test(text) ? -1 : 0;
    const name = kind === 'output' ? unknownName(text, (one) => own.has(one) || knows(one)) : null;
    if (name === null || depth > 0) out.push(written(segment));
    else out.push(maskFor(text, name, { before: out.join(''), after: textAfter(segments, at) }));
  }
  return out.join('');
}

/** The Jinja of a template, tag by tag, white space aside; `config` calls left out. Null where it does not parse. */
export function jinjaIn(template: string): readonly string[] | null {
  const tags = segmentsOf(withoutComments(template))?.filter(
    ({ kind, text }) => kind !== 'text' && !/^\s*config\s*\(/.test(text),
  );
  return tags?.map(({ kind, text }) => `${kind} ${words(text)}`) ?? null;
}

/**
 * A template as text in which only what may have a meaning tells two apart: without comments, white space, case of keywords, INNER, OUTER
 * and how Jinja is laid out. Null where its Jinja does not parse.
 */
export function bareText(template: string): string | null {
  const segments = segmentsOf(withoutComments(template));
  if (segments === null) return null;
  const own = segments.filter(({ kind, text }) => kind !== 'output' || !/^\s*config\s*\(/.test(text));
  const text = own
    .map(({ kind, text: inside }) => (kind === 'text' ? inside : ` ${prefix}${sha256(words(inside))} `))
    .join('');
  const bare = normalizeSqlText(text);
  // Dialects do not agree where a text with a backslash ends.
  return bare.includes('\\') ? bare : bare.replace(quotedOrKeyword, inOneSpelling);
}

function inOneSpelling(found: string): string {
  if (/^['"`]/.test(found)) return found;
  return found
    .toLowerCase()
    .replace(/^inner join$/, 'join')
    .replace(' outer join', ' join');
}

/** After a dot a keyword is a name. */
const quotedOrKeyword =
  /'(?:[^']|'')*'|"[^"]*"|`[^`]*`|(?<![.\w])(?:inner join|(?:left|right|full) outer join|select|from|where|and|or|not|as|on|join|left|right|full|inner|outer|cross|group|by|order|having|union|all|distinct|case|when|then|else|end|in|is|null|between|like|with|over|partition|limit|desc|asc|qualify|using|true|false|cast)\b/gi;

/** The tokens of a tag, so that quotes, white space and a comma at the end of a list do not count. */
function words(inside: string): string {
  const tokens = tokensOf(inside);
  if (tokens === null) return inside.trim().replace(/\s+/g, ' ');
  const kept = tokens.filter(({ text }, at) => text !== ',' || !/^[)\]}]$/.test(tokens[at + 1]?.text ?? ''));
  return JSON.stringify(kept.map(({ kind, text }) => [kind, text]));
}

function written({ kind, text }: Segment): string {
  if (kind === 'text') return text;
  return kind === 'tag' ? `{%${text}%}` : `{{${text}}}`;
}

/** Variables and macros that the template itself makes. */
function namesSet(segments: readonly Segment[]): ReadonlySet<string> {
  const tags = segments.filter(({ kind }) => kind === 'tag');
  return new Set(
    tags.flatMap(({ text }) => {
      const found = /^\s*(?:set|for|macro)\s+([\w\s,.]+?)\s*(?:=|\bin\b|\(|$)/.exec(text)?.[1] ?? '';
      return found.split(/[\s,.]+/).filter((name) => name !== '');
    }),
  );
}

/** The name that an expression starts with, where nothing is known of it; a `var` with a default is known. */
function unknownName(text: string, knows: (name: string) => boolean): string | null {
  const name = /^\s*([A-Za-z_][\w.]*)/.exec(text)?.[1] ?? null;
  const [first = ''] = name?.split('.') ?? [];
  if (name === null || dbtNames.has(first) || knows(first)) return null;
  if (first === 'var') return /^\s*var\(\s*(?:'[^']*'|"[^"]*")\s*\)\s*$/.test(text) ? 'var' : null;
  return name;
}

/** SQL after a tag, up to the next that is no text. */
function textAfter(segments: readonly Segment[], at: number): string | null {
  const next = segments[at + 1];
  if (next === undefined) return null;
  const isLast = at + 2 >= segments.length && next.kind === 'text' && /^[\s;]*$/.test(next.text);
  return isLast ? null : next.kind === 'text' ? next.text : '{{';
}

interface Around {
  readonly before: string;
  /** Null at the end of the template. */
  readonly after: string | null;
}

/** dbt_utils.group_by, which is only a way to write numbers. */
const groupBy = /^\s*dbt_utils\.group_by\(\s*(?:n\s*=\s*)?(\d{1,3})\s*\)\s*$/;

function maskFor(text: string, name: string, { before, after }: Around): string {
  const ordinals = groupBy.exec(text)?.[1];
  if (ordinals !== undefined) return `group by ${numbersTo(Number(ordinals))}`;
  const digest = sha256(words(text));
  const bare = `${prefix}${digest.slice(0, 12)}_${name
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]+/g, '_')
    .slice(0, 60)}`;
  const call = `${bare}()`;
  const sql = withoutComments(before.slice(-4_000)).replaceAll(/\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g, ' ');
  const opens = sql.trim() === '';
  const next = after ?? '';
  // A call that opens the statement, with CTEs after it, brings its own WITH.
  if (opens && nextCte.test(next)) return `with ${bare} as (select ${call})`;
  if (standsForCtes(sql, after)) return `${bare} as (select ${call})`;
  if (after === null && /\)\s*$/.test(sql)) return `select *, ${call} as ${bare} from ${readBy(text, before)}`;
  if (opens ? after === null : standsForQuery([sql])) return `select * from ${call}`;
  return valueFor({ sql, before, after: next }, call, digest);
}

function numbersTo(last: number): string {
  return Array.from({ length: last }, (_, at) => at + 1).join(', ');
}

/** A call in the place of a value or of a part of a name; a comment where no value can stand. */
function valueFor(around: Readonly<Record<'sql' | 'before' | 'after', string>>, call: string, digest: string): string {
  const { sql, before, after } = around;
  if (endsValue(sql)) return ` /* ${leftOut}${digest.slice(0, 12)} */ `;
  // Beside a letter or a dot it is a part of a name.
  return /[\w.]$/.test(before) || /^[\w.]/.test(after) ? call.replace(/\(\)$/, '') : call;
}

/** Words after which a value comes. */
const beforeValue =
  /\b(?:select|distinct|all|from|join|lateral|where|and|or|not|on|by|when|then|else|case|in|like|ilike|rlike|between|as|having|is|using|limit|offset|interval|qualify|union|except|intersect|with|over|exclude|replace|values|end|set)$/i;

/** Whether SQL ends with a whole value, so that what comes next is no value but a clause or several columns. */
function endsValue(before: string): boolean {
  const text = before.trimEnd();
  if (/\bend$/i.test(text)) return true;
  // A name that goes on is no end: `schema.{{ x }}`, `a_{{ x }}`.
  return text !== before && /[\w)\]"'`]$/.test(text) && !beforeValue.test(text);
}

function withoutComments(sql: string): string {
  return sql.replaceAll(/'(?:[^'\\]|\\.|'')*'|--[^\n]*|\/\*[\s\S]*?\*\//g, (found) =>
    found.startsWith("'") ? found : ' ',
  );
}

/** The CTE that a call at the end of a statement reads: one that it names, else the last. */
function readBy(call: string, before: string): string {
  const ctes = [...before.matchAll(/([\w"`]+)\s+as\s*(?:(?:not\s+)?materialized\s*)?\(/gi)].map(
    ([, name = '']) => name,
  );
  const named = ctes.filter((name) => new RegExp(`['"]${name.replaceAll(/\W/g, '')}['"]`, 'i').test(call));
  return named.at(-1) ?? ctes.at(-1) ?? 'nothing';
}

const nextCte = /^\s*,\s*[\w"`]+\s+as\s*(?:(?:not\s+)?materialized\s*)?\(/i;

/** Whether what comes next is one CTE or several: after WITH, or between two of them. */
function standsForCtes(before: string, after: string | null): boolean {
  if (/\bwith(?:\s+recursive)?\s*$/i.test(before)) return after !== null;
  return /\)\s*,\s*$/.test(before) && nextCte.test(after ?? '');
}
