import type { CodeCall } from './code.ts';
import { readCode } from './code.ts';
import type { Verb } from './shapes.ts';
import { endOf, shapeOf, targetOf } from './shapes.ts';
import type { Token } from './tokens.ts';
import { tokenizeSql } from './tokens.ts';

/** A statement that takes data or relations away, wherever it stands in a text. */
export interface Statement {
  readonly verb: Verb;
  /** What it strikes, as written; '' when that is put together elsewhere. */
  readonly target: string;
  /** The whole statement, white space and case folded: two statements with the same text do the same. */
  readonly text: string;
  /** Conditions of the Jinja blocks around it, outermost first. */
  readonly guards: readonly string[];
  /** DELETE and UPDATE without WHERE. */
  readonly everyRow: boolean;
  /** Offset in the text that was read. */
  readonly start: number;
}

export interface ScannedText {
  readonly statements: readonly Statement[];
  /** Names of the macros and functions called in Jinja, without their package, in lower case. */
  readonly calls: readonly string[];
}

export interface TextKind {
  readonly language: 'sql' | 'python';
  /** Whether `\'` is an escaped quote in strings. */
  readonly backslash: boolean;
  /** Strings in these calls are not SQL that runs here: `config` holds hooks, which are read by themselves. */
  readonly skipCalls: readonly string[];
}

const deepest = 4;

/** Every destructive statement of a text: in its SQL, in strings of its Jinja or Python, and as calls of dbt's adapter. */
export function scanText(text: string, kind: TextKind): ScannedText {
  const scan: Scan = { kind, statements: [], calls: new Set(), depth: 0, offset: 0, guards: [] };
  if (kind.language === 'python') scanCode(scan, { code: text, whole: text, start: 0, language: 'python' });
  else scanSql(scan, text);
  return { statements: scan.statements, calls: [...scan.calls].sort() };
}

interface Scan {
  readonly kind: TextKind;
  readonly statements: Statement[];
  readonly calls: Set<string>;
  readonly depth: number;
  /** Where the text stands in the text that was asked for. */
  readonly offset: number;
  readonly guards: readonly string[];
}

/** Where the reading stands within the SQL. */
interface State {
  /** Whether a statement may begin here. */
  fresh: boolean;
  parentheses: number;
  cases: number;
  /** Whether the statement began with WITH: what follows its CTEs may strike. */
  cte: boolean;
  merge: boolean;
  readonly guards: string[];
}

function scanSql(scan: Scan, text: string): void {
  const tokens = tokenizeSql(text, scan.kind.backslash);
  const state: State = { fresh: true, parentheses: 0, cases: 0, cte: false, merge: false, guards: [...scan.guards] };
  tokens.forEach((token, i) => {
    if (token.kind === 'expression' || token.kind === 'block') {
      const { text: code, start } = token;
      scanCode({ ...scan, guards: [...state.guards] }, { code, whole: code, start, language: 'jinja' });
      if (token.kind === 'block') enterBlock(state, code);
      return;
    }
    if (token.kind === 'string') {
      if (isExecuted(tokens, i)) scanInner({ ...scan, guards: [...state.guards] }, token.text, token.start);
      state.fresh = false;
      return;
    }
    const verb = state.fresh && token.kind === 'word' ? shapeOf(tokens, i) : null;
    if (verb !== null) scan.statements.push(toStatement(scan, state, { tokens, at: i, verb }));
    advance(state, token, verb);
  });
}

function toStatement(
  { offset }: Scan,
  { guards }: State,
  { tokens, at, verb }: { readonly tokens: readonly Token[]; readonly at: number; readonly verb: Verb },
): Statement {
  const own = tokens.slice(at, endOf(tokens, at));
  const dynamic = own.some(({ kind }, i) => i > 2 && (kind === 'expression' || kind === 'block'));
  const filtered = own.some(({ kind, text }) => kind === 'word' && text.toLowerCase() === 'where');
  return {
    verb,
    target: targetOf(own),
    text: own.map(written).join(' '),
    guards: [...guards],
    everyRow: (verb === 'DELETE' || verb === 'UPDATE') && !filtered && !dynamic,
    start: offset + (tokens[at]?.start ?? 0),
  };
}

function written({ kind, text }: Token): string {
  const folded = text.replace(/\s+/g, ' ').trim();
  if (kind === 'word') return folded.toLowerCase();
  if (kind === 'string') return `'${folded}'`;
  if (kind === 'expression') return `{{ ${folded} }}`;
  return kind === 'block' ? `{% ${folded} %}` : folded;
}

/** Words after which another statement may begin. */
const openers = new Set(['begin', 'loop', 'explain', 'analyze']);

function advance(state: State, { kind, text }: Token, verb: Verb | null): void {
  if (kind === 'symbol') {
    passSymbol(state, text);
    return;
  }
  const word = kind === 'word' ? text.toLowerCase() : '';
  if (state.fresh && word === 'with') state.cte = true;
  if (verb === 'MERGE') state.merge = true;
  if (word === 'case') state.cases += 1;
  if (word === 'end') state.cases = Math.max(0, state.cases - 1);
  state.fresh = openers.has(word) || beginsBranch(state, word);
}

/** THEN and ELSE of a script, not of CASE or MERGE; `do` before a block. */
function beginsBranch({ fresh, cases, merge }: State, word: string): boolean {
  if (word === 'do') return fresh;
  return (word === 'then' || word === 'else') && cases === 0 && !merge;
}

function passSymbol(state: State, text: string): void {
  if (text === ';' || text === '$$') {
    Object.assign(state, { fresh: true, cases: 0, cte: false, merge: false, parentheses: 0 });
    return;
  }
  if (text === '(') state.parentheses += 1;
  if (text === ')') state.parentheses -= 1;
  state.fresh = text === '(' || (text === ')' && state.cte && state.parentheses === 0);
}

const bodies = /^(macro|set|call|if|elif|else|for|filter|materialization|snapshot|test|end\w*)\b/;

/** Jinja blocks begin texts of their own; conditions are kept as guards. */
function enterBlock(state: State, code: string): void {
  const folded = code.replace(/\s+/g, ' ').trim();
  const tag = bodies.exec(folded)?.[1];
  if (tag === undefined || (tag === 'set' && folded.includes('='))) return;
  state.fresh = true;
  if (tag === 'if' || tag === 'for') state.guards.push(folded);
  if (tag === 'elif' || tag === 'else') state.guards.push(`${state.guards.pop() ?? ''} ${folded}`.trim());
  if (tag === 'endif' || tag === 'endfor') state.guards.pop();
}

/** EXECUTE IMMEDIATE '…', EXEC('…'): the string is run. */
function isExecuted(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1]?.text === '(' ? tokens[at - 2] : tokens[at - 1];
  return before?.kind === 'word' && /^(immediate|execute|exec|sp_executesql)$/i.test(before.text);
}

const spoken = /(^|\.)(log|print|debug|info|warn|warning|error|raise_compiler_error|raise|exception|doc)$/;
const adapterCalls: Readonly<Record<string, Verb>> = {
  drop_relation: 'DROP',
  drop_relation_if_exists: 'DROP',
  drop_schema: 'DROP',
  drop_view: 'DROP',
  drop_table: 'DROP',
  truncate_relation: 'TRUNCATE',
};

interface Code {
  readonly code: string;
  /** The statement's text when it is put together from strings. */
  readonly whole: string;
  readonly start: number;
  readonly language: 'jinja' | 'python';
}

function scanCode(scan: Scan, { code, whole, start, language }: Code): void {
  const { strings, calls } = readCode(code, language);
  const isDefinition = /^\s*(macro|materialization|test)\b/.test(code);
  for (const call of calls) {
    const last = call.name.split('.').at(-1) ?? '';
    if (!isDefinition) scan.calls.add(last);
    const verb = adapterCalls[last];
    if (verb !== undefined && !isDefinition && language === 'jinja')
      scan.statements.push(fromCall(scan, call, verb, start));
  }
  for (const string of strings) {
    if (string.calls.some((call) => spoken.test(call) || scan.kind.skipCalls.includes(call))) continue;
    const before = scan.statements.length;
    scanInner(scan, string.text, start + string.start);
    // `"delete from x where " ~ condition`: the condition belongs to the statement.
    if (language === 'python') continue;
    const text = whole.replace(/\s+/g, ' ').trim().toLowerCase();
    const found = scan.statements.splice(before);
    scan.statements.push(...found.map((one) => ({ ...one, text, everyRow: one.everyRow && !/[~+%]/.test(text) })));
  }
}

function fromCall({ guards, offset }: Scan, { name, argument, start }: CodeCall, verb: Verb, at: number): Statement {
  const target = argument.replace(/\s+/g, ' ').trim();
  return { verb, target, text: `${name}(${target})`, guards, everyRow: false, start: offset + at + start };
}

function scanInner(scan: Scan, text: string, start: number): void {
  if (scan.depth >= deepest || text.length < 6) return;
  scanSql({ ...scan, depth: scan.depth + 1, offset: scan.offset + start }, text);
}
