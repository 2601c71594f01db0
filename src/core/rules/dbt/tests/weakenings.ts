import type { JsonValue, UniqueId } from '#core/base';
import { toLine } from '#core/base';
import type { Change } from '#core/change';
import type { DbtNode } from '#core/dbt';

interface Pair {
  readonly on: UniqueId;
  readonly old: DbtNode;
  readonly node: DbtNode;
}

/** How a test asks less than before, one phrase each; none where it asks as much. */
export function weakenings(change: Change, pair: Pair): readonly string[] {
  return [...byConfig(pair), ...byValues(change, pair), ...byParent(pair), ...byRange(pair)];
}

function byConfig({ old, node }: Pair): readonly string[] {
  const [was, is] = [severityOf(old), severityOf(node)];
  const phrases = was === 'error' && is === 'warn' ? ['severity error → warn'] : [];
  const where = textOf(node, 'where');
  if (where !== '' && where !== textOf(old, 'where')) phrases.push(`only where ${toLine(where, 80)}`);
  const limit = node.config['limit'];
  if (typeof limit === 'number' && typeof old.config['limit'] !== 'number')
    phrases.push(`at most ${limit} failures counted`);
  return [...phrases, ...byThreshold(old, node)];
}

function byThreshold(old: DbtNode, node: DbtNode): readonly string[] {
  const keys = severityOf(node) === 'error' ? (['error_if'] as const) : (['error_if', 'warn_if'] as const);
  return keys.flatMap((key) => {
    const [before, after] = [thresholdOf(old, key), thresholdOf(node, key)];
    const isLooser = before !== null && after !== null && after > before;
    return isLooser ? [`${key}: ${String(before)} → ${String(after)} failures let pass`] : [];
  });
}

/** Values that are accepted now and were not; those that the SQL of the model newly makes are the change itself. */
function byValues(change: Change, { on, old, node }: Pair): readonly string[] {
  const [before, after] = [listOf(old), listOf(node)];
  if (before === null || after === null) return [];
  const added = after.filter((value) => !before.includes(value) && !isNewInSql(change, on, value));
  return added.length === 0 ? [] : [`also accepts ${toLine(added.map((value) => `'${value}'`).join(', '), 80)}`];
}

function isNewInSql({ base, head }: Change, uniqueId: UniqueId, value: string): boolean {
  const [was, is] = [base, head].map(({ project }) => project.nodes.get(uniqueId)?.rawCode ?? '');
  return is !== was && is?.includes(`'${value}'`) === true && was?.includes(`'${value}'`) === false;
}

function byParent({ old, node }: Pair): readonly string[] {
  if (old.test?.name !== 'relationships' || node.test?.name !== 'relationships') return [];
  const [was, is] = [parentOf(old), parentOf(node)];
  return was === is ? [] : [`against another parent, ${toLine(is, 80)}`];
}

function parentOf({ test }: DbtNode): string {
  return [test?.kwargs['to'], test?.kwargs['field']].map((part) => (typeof part === 'string' ? part : '')).join(' ');
}

/** `accepted_range` of dbt_utils, `expect_…_between` of dbt_expectations. */
function byRange({ old, node }: Pair): readonly string[] {
  return (['min_value', 'max_value'] as const).flatMap((key) => {
    const [was, is] = [old.test?.kwargs[key], node.test?.kwargs[key]];
    if (typeof was !== 'number') return [];
    if (is === undefined || is === null) return [`no ${key}`];
    if (typeof is !== 'number') return [];
    const isWider = key === 'min_value' ? is < was : is > was;
    return isWider ? [`${key} ${was} → ${is}`] : [];
  });
}

function severityOf({ config }: DbtNode): string {
  return typeof config['severity'] === 'string' ? config['severity'].toLowerCase() : 'error';
}

function textOf({ config }: DbtNode, key: string): string {
  const value = config[key];
  return typeof value === 'string' ? value.replaceAll(/\s+/g, ' ').trim() : '';
}

/** How many failures `!= 0`, `> 10` or `>= 5` let pass; null of anything else. */
function thresholdOf({ config }: DbtNode, key: string): number | null {
  const value = config[key] ?? '!= 0';
  const found = /^\s*(!=|<>|>=?)\s*(\d+)\s*$/.exec(typeof value === 'string' ? value : '');
  if (found === null) return null;
  const count = Number(found[2]);
  return found[1] === '>=' ? Math.max(0, count - 1) : found[1] === '>' ? count : count === 0 ? 0 : null;
}

function listOf({ test }: DbtNode): readonly string[] | null {
  const values: JsonValue | undefined = test?.kwargs['values'];
  return Array.isArray(values) ? (values as readonly JsonValue[]).map(String) : null;
}
