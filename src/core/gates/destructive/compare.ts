import type { UniqueId } from '#core/base';
import type { Change } from '#core/change';
import type { DbtProject } from '#core/dbt';
import { fileAt } from '../place-in-patch.ts';
import type { Bearer } from './bearers.ts';
import { bearersOf, isAdapterPackage } from './bearers.ts';
import type { Statement } from './statements.ts';

/** A destructive statement that head runs and base did not. */
export interface NewStatement {
  readonly bearer: Bearer;
  readonly statement: Statement;
  /** Whether it strikes a temporary relation that its own text creates. */
  readonly temporary: boolean;
  /** Whether it comes with another version of a package. */
  readonly fromPackage: boolean;
}

/** A call, new in head, of a macro that strikes. */
export interface NewCall {
  readonly bearer: Bearer;
  readonly macro: string;
  readonly statement: Statement;
}

export interface NewDestruction {
  readonly statements: readonly NewStatement[];
  readonly calls: readonly NewCall[];
}

/** What head destroys that base did not. What only moved between macros or files is not new. */
export function findNewDestruction(change: Change): NewDestruction {
  const before = groupByKey(bearersOf(change.base.project));
  const after = bearersOf(change.head.project);
  const lost = lostStatements(before, groupByKey(after));
  const statements = after.flatMap((bearer) => newIn(change, bearer, before, lost));
  return { statements, calls: newCalls(change.head.project, { before, after, statements }) };
}

type ByKey = ReadonlyMap<string, readonly Bearer[]>;

function groupByKey(bearers: readonly Bearer[]): ByKey {
  const groups = new Map<string, Bearer[]>();
  for (const bearer of bearers) {
    const key = keyOf(bearer);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [bearer]);
    else group.push(bearer);
  }
  return groups;
}

function keyOf({ kind, key }: Bearer): string {
  return `${kind} ${key}`;
}

function statementsAt(bearers: ByKey, bearer: Bearer): readonly Statement[] {
  return (bearers.get(keyOf(bearer)) ?? []).flatMap(({ statements }) => statements);
}

/** What base's macros and models did and the same ones at head no longer do: it may stand elsewhere now. */
function lostStatements(before: ByKey, after: ByKey): ReadonlyMap<Bearer['kind'], readonly Statement[]> {
  const lost = new Map<Bearer['kind'], Statement[]>([
    ['macro', []],
    ['model', []],
  ]);
  for (const bearer of [...before.values()].flat()) {
    const now = statementsAt(after, bearer);
    lost.get(bearer.kind)?.push(...bearer.statements.filter((one) => !now.some(({ text }) => text === one.text)));
  }
  return lost;
}

function newIn(
  change: Change,
  bearer: Bearer,
  before: ByKey,
  lost: ReadonlyMap<Bearer['kind'], readonly Statement[]>,
): readonly NewStatement[] {
  const known = [...statementsAt(before, bearer), ...(lost.get(bearer.kind) ?? [])];
  const fresh = bearer.statements.filter((one) => !known.some((old) => covers(old, one)));
  const hidden = fresh.length > 0 ? [] : newInCompiled(bearer, before);
  return [...fresh, ...hidden].map((statement) => ({
    bearer,
    statement,
    temporary: isOwnTemporary(statement, bearer.text),
    fromPackage: isFromPackage(change, bearer),
  }));
}

/** Base ran the same statement, under no more conditions than head does. */
function covers(old: Statement, one: Statement): boolean {
  return old.text === one.text && old.guards.every((guard) => one.guards.includes(guard));
}

/** Compiled SQL names the environment's schemas, so only verbs can be compared. */
function newInCompiled(bearer: Bearer, before: ByKey): readonly Statement[] {
  const compiled = bearer.compiled?.statements ?? [];
  const old = (before.get(keyOf(bearer)) ?? []).flatMap((one) => [
    ...one.statements,
    ...(one.compiled?.statements ?? []),
  ]);
  const known = new Set([...bearer.statements, ...old].map(({ verb }) => verb));
  return compiled.filter(({ verb }) => !known.has(verb));
}

/** A temporary relation: called so, and created by the same text. */
function isOwnTemporary({ target }: Statement, text: string): boolean {
  const name = target.replace(/[{}\s"'`]/g, '').toLowerCase();
  if (!/(^|[^a-z])te?mp|te?mp([^a-z]|$)/.test(name)) return false;
  const folded = text
    .replace(/[{}"'`]/g, ' ')
    .replace(/\s+/g, ' ')
    .toLowerCase();
  const escaped = name.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
  return (
    new RegExp(
      `create (or replace )?((global|local) )?((temp|temporary|transient|unlogged) )?table (if not exists )?${escaped}(?![\\w.])`,
    ).test(folded) || new RegExp(`create_table_as\\([^()]*\\b${escaped}\\b`).test(folded)
  );
}

/** Of a package whose file the pull request does not hold: it came with another version of the package. */
function isFromPackage({ pullRequest, head }: Change, { packageName, files }: Bearer): boolean {
  if (pullRequest === null || packageName === head.project.metadata.projectName) return false;
  return !files.some((file) => file !== 'dbt_project.yml' && fileAt(pullRequest, file) !== null);
}

function newCalls(
  project: DbtProject,
  { before, after, statements }: { before: ByKey; after: readonly Bearer[]; statements: readonly NewStatement[] },
): readonly NewCall[] {
  const striking = strikingMacros(project, after);
  const told = new Set<UniqueId>(statements.map(({ bearer }) => bearer.uniqueId));
  return after.flatMap((bearer) => {
    if (bearer.kind === 'macro') return [];
    const known = new Set((before.get(keyOf(bearer)) ?? []).flatMap(({ calls }) => calls));
    return bearer.calls.flatMap((macro) => {
      const striker = known.has(macro) ? undefined : striking.get(macro);
      return striker === undefined || told.has(striker.macro) ? [] : [{ bearer, macro, statement: striker.statement }];
    });
  });
}

interface Striker {
  readonly macro: UniqueId;
  readonly statement: Statement;
}

/** Macros by name that strike something that is not their own temporary relation, by themselves or through others. */
function strikingMacros(project: DbtProject, bearers: readonly Bearer[]): ReadonlyMap<string, Striker> {
  const direct = new Map<string, Striker>();
  for (const { kind, uniqueId, statements, text } of bearers) {
    const statement = kind === 'macro' ? statements.find((one) => !isOwnTemporary(one, text)) : undefined;
    if (statement !== undefined) direct.set(uniqueId, { macro: uniqueId, statement });
  }
  const byName = new Map<string, Striker>();
  for (const { uniqueId, name, packageName } of project.macros.values()) {
    if (isAdapterPackage(packageName) || name.startsWith('materialization_')) continue;
    const striker = reach(project, uniqueId, direct);
    if (striker !== null) byName.set(name.toLowerCase(), striker);
  }
  return byName;
}

function reach(project: DbtProject, start: string, direct: ReadonlyMap<string, Striker>): Striker | null {
  const met = new Set([start]);
  const queue = [start];
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    const striker = direct.get(id);
    if (striker !== undefined) return striker;
    for (const next of project.macros.get(id)?.dependsOnMacros ?? []) {
      if (met.has(next) || isAdapterPackage(project.macros.get(next)?.packageName ?? 'dbt')) continue;
      met.add(next);
      queue.push(next);
    }
  }
  return null;
}
