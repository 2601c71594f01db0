import type { JsonValue, UniqueId } from '#core/base';
import { isJsonObject } from '#core/base';
import type { Change } from '#core/change';
import type { DbtNode, DbtProject } from '#core/dbt';

/** A test of base whose node head still has, with the test of head that stands for it; null where none does. */
export interface TestPair {
  readonly on: UniqueId;
  readonly old: DbtNode;
  readonly node: DbtNode | null;
}

/** Every test of base that still has something to test at head. */
export function pairTests(change: Change): readonly TestPair[] {
  const [base, head] = [change.base.project, change.head.project];
  const fresh = Map.groupBy(
    [...head.nodes.values()].filter((node) => isTest(node) && !base.nodes.has(node.uniqueId)),
    (node) => ruleOf(node),
  );
  const pairs: TestPair[] = [];
  for (const old of base.nodes.values()) {
    if (!isTest(old)) continue;
    const on = testedBy(old, base);
    const tested = on === null ? undefined : head.nodes.get(on);
    if (on === null || tested === undefined) continue;
    const same = head.nodes.get(old.uniqueId);
    if (same !== undefined) {
      pairs.push({ on, old, node: same });
      continue;
    }
    const others = fresh.get(ruleOf(old)) ?? [];
    const node = others.find((other) => columnOf(other) === columnOf(old)) ?? others[0] ?? null;
    if (node !== null || !losesColumn(old, tested)) pairs.push({ on, old, node });
  }
  return pairs;
}

/** `unique(order_id)`, or a singular or unit test's own name. */
export function testText(node: DbtNode): string {
  const { test, name } = node;
  if (test?.name == null) return name;
  const combination = test.kwargs['combination_of_columns'];
  const columns = Array.isArray(combination) ? combination.map(String).join(', ') : columnOf(node);
  return columns === '' ? test.name : `${test.name}(${columns})`;
}

/** The column that a generic test is about, in lower case; '' where there is none. */
export function columnOf({ test }: DbtNode): string {
  return (test?.columnName ?? textOf(test?.kwargs['column_name'])).toLowerCase();
}

function isTest({ resourceType }: DbtNode): boolean {
  return resourceType === 'test' || resourceType === 'unit_test';
}

/** The node that a test is attached to; of a singular or unit test the only node that it reads, or that it names. */
function testedBy(node: DbtNode, project: DbtProject): UniqueId | null {
  if (node.test?.attachedNode != null) return node.test.attachedNode;
  if (node.resourceType === 'unit_test') {
    const name = textOf(node.entry['model']);
    return node.dependsOn.nodes.find((id) => project.nodes.get(id)?.name === name) ?? node.dependsOn.nodes[0] ?? null;
  }
  const [only, ...others] = node.dependsOn.nodes;
  return only !== undefined && others.length === 0 ? only : null;
}

/** What a test asks of a node, whatever the columns: a new key in place of the old one is no rule lost. */
function ruleOf(node: DbtNode): string {
  const { test, resourceType, name } = node;
  if (test?.name == null) return `${resourceType}\n${name}`;
  const rule = /unique/i.test(test.name) ? 'unique' : `${test.name}\n${columnOf(node)}`;
  return `${test.attachedNode ?? ''}\n${rule}`;
}

/** A test goes with its column where head describes others and not this one. */
function losesColumn(node: DbtNode, tested: DbtNode): boolean {
  const name = columnOf(node);
  const described = [...tested.columns.keys()].map((key) => key.toLowerCase());
  return name !== '' && described.length > 0 && !described.includes(name);
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : isJsonObject(value) ? JSON.stringify(value) : '';
}
