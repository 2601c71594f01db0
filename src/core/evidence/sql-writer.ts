import type { Dialect, Identifier } from '#core/sql';
import { dialectRules } from '#core/sql';
import { parseRelation } from './relation-name.ts';

/** Writes names in one dialect. Every one comes out quoted; what cannot be quoted safely is null. */
export interface SqlWriter {
  readonly dialect: Dialect;
  /** The type of a text of any length. */
  readonly textType: 'string' | 'varchar';
  /** A relation as a manifest names it, taken apart and quoted anew. */
  relation(text: string): string | null;
  /** A column, or a name of our own. An unquoted one is folded as the warehouse would. */
  name(identifier: Identifier | string): string | null;
  /** A name as a text, as the warehouse's own lists have it; null where a text cannot hold it. */
  text(identifier: Identifier): string | null;
  /** The relation that lists the columns of a schema's relations. */
  columnList(database: Identifier | null, schema: Identifier | null): string | null;
}

interface Quotes {
  readonly open: string;
  readonly close: string;
  /** Whether the closing quote inside a name is written twice; where it cannot be written at all, such a name is refused. */
  readonly doubled: boolean;
}

const standard: Quotes = { open: '"', close: '"', doubled: true };
const quotesOf: Partial<Readonly<Record<Dialect, Quotes>>> = {
  bigquery: { open: '`', close: '`', doubled: false },
  databricks: { open: '`', close: '`', doubled: true },
  spark: { open: '`', close: '`', doubled: true },
  mysql: { open: '`', close: '`', doubled: true },
  tsql: { open: '[', close: ']', doubled: true },
};
/** Where a backslash escapes inside quotes, or might. */
const escapes: ReadonlySet<Dialect> = new Set(['bigquery', 'databricks', 'spark', 'mysql', 'clickhouse', 'generic']);

/** Dialects in which two single quotes inside a text do not stand for one: they would end it, or begin another kind of text. */
const undoubledText: ReadonlySet<Dialect> = new Set(['bigquery', 'databricks', 'spark']);

/** A writer for a dialect. `database`, where given, stands for the first of three parts, which dbt may call otherwise. */
export function sqlWriter(dialect: Dialect, database: string | null = null): SqlWriter {
  const quotes = quotesOf[dialect] ?? standard;
  const write = (identifier: Identifier): string | null => quoted(folded(identifier, dialect), quotes, dialect);
  return {
    dialect,
    textType: ['bigquery', 'databricks', 'spark'].includes(dialect) ? 'string' : 'varchar',
    relation(text) {
      const parts = parseRelation(text);
      if (parts === null) return null;
      const own =
        parts.length === 3 && database !== null ? [{ name: database, quoted: true }, ...parts.slice(1)] : parts;
      const written = own.map(write);
      return written.includes(null) ? null : written.join('.');
    },
    name: (identifier) => write(typeof identifier === 'string' ? { name: identifier, quoted: true } : identifier),
    text: (identifier) => asText(folded(identifier, dialect)),
    columnList: (of, schema) => columnListOf(dialect, [of, schema], write),
  };
}

/** Whether a text in single quotes can hold one, written twice. */
export function textHoldsQuote(dialect: Dialect): boolean {
  return !undoubledText.has(dialect);
}

/** Whether a name that stands in quotes is quoted as the dialect does it. */
export function isQuotedAs(dialect: Dialect, written: string): boolean {
  const { open, close, doubled } = quotesOf[dialect] ?? standard;
  return written.startsWith(open) && (doubled || !written.slice(1, -1).includes(close));
}

function asText(name: string): string | null {
  return /['\\\p{Cc}]/u.test(name) ? null : `'${name}'`;
}

/** `information_schema.columns`: of the connection's own database where there can be no other, else of the one that is asked for. */
function columnListOf(
  dialect: Dialect,
  [database, schema]: readonly [database: Identifier | null, schema: Identifier | null],
  write: (identifier: Identifier) => string | null,
): string | null {
  const own = [
    { name: 'information_schema', quoted: false },
    { name: 'columns', quoted: false },
  ];
  if (dialect === 'bigquery') {
    const parts = [database, schema].flatMap((one) => one?.name ?? []);
    return write({ name: [...parts, 'INFORMATION_SCHEMA', 'COLUMNS'].join('.'), quoted: true });
  }
  const isOne = database === null || dialect === 'postgres' || dialect === 'redshift' || dialect === 'duckdb';
  const written = (isOne ? own : [database, ...own]).map(write);
  return written.includes(null) ? null : written.join('.');
}

function folded({ name, quoted: isQuoted }: Identifier, dialect: Dialect): string {
  const { fold } = dialectRules(dialect);
  if (isQuoted || fold === 'any') return name;
  return fold === 'upper' ? name.toUpperCase() : name.toLowerCase();
}

function quoted(name: string, { open, close, doubled }: Quotes, dialect: Dialect): string | null {
  if (name === '' || name.length > 255 || name.includes('\0')) return null;
  if (escapes.has(dialect) && name.includes('\\')) return null;
  if (!doubled && name.includes(close)) return null;
  return `${open}${name.replaceAll(close, close + close)}${close}`;
}
