import type { UniqueId } from '#core/base';
import { plural, sortedBy, toLine } from '#core/base';
import type { RuleFinding, RuleInput } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { tell } from '../tell.ts';
import type { TestPair } from './tests/pair-tests.ts';
import { pairTests, testText } from './tests/pair-tests.ts';
import { isStillProven } from './tests/still-proven.ts';
import { weakenings } from './tests/weakenings.ts';

type Message = 'removed' | 'weakened';

interface Weaker {
  readonly on: UniqueId;
  readonly messageId: Message;
  readonly text: string;
  /** What a test of this kind keeps out. */
  readonly kind: string;
}

/** A rule about the data that is no longer checked, or less. */
export const testWeakened = defineRule({
  id: 'test-weakened',
  title: 'A test is gone or weaker',
  severity: 'S2',
  page: {
    what: 'Data tests and unit tests that are gone or disabled although what they tested is still there, and those that say less: severity `error` made `warn`, a `where` or `limit` added, `warn_if` or `error_if` loosened, values added to `accepted_values`, another parent in `relationships`, a wider range. One finding for each node and kind. Silent where the tested node or column is gone too, where another test asks the same of the node (a unique test over other columns for a unique test), where an enforced constraint proves it, and where a value that is added to a test is also new in the SQL that makes it.',
    why: 'A test is taken away most often because it fails. The rows that broke it stay, and nothing says so any more; joins and sums downstream rely on what is no longer checked.',
    fires: {
      kind: 'dbt',
      title: '',
      language: 'yaml',
      before: 'columns:\n  - name: order_id\n    data_tests: [unique, not_null]',
      after: 'columns:\n  - name: order_id\n    data_tests: [not_null]',
    },
    silent: [
      {
        kind: 'dbt',
        title: 'The key has another column now, and is still tested.',
        language: 'yaml',
        before: 'columns:\n  - name: order_id\n    data_tests: [unique]',
        after:
          'data_tests:\n  - dbt_utils.unique_combination_of_columns:\n      combination_of_columns: [order_id, line_no]',
      },
    ],
    safeIf:
      'Keep the test, or say in the pull request why the rule no longer holds and who downstream does without it.',
    waive: '',
  },
  messages: {
    removed: '{tests} of `{node}` {verb} no longer checked',
    weakened: '{tests} of `{node}` {verb} less: {how}',
  },
  find(input) {
    const found = pairTests(input.change).flatMap((pair) => weakerIn(input, pair));
    const groups = Map.groupBy(
      sortedBy(found, ({ on, text }) => `${on}\n${text}`),
      ({ on, messageId }) => `${on}\n${messageId}`,
    );
    const byKinds = Map.groupBy(
      groups.values(),
      (group) => `${group[0]?.messageId ?? ''}\n${kindsOf(group).join(', ')}`,
    );
    return [...byKinds.values()].flatMap((alike) =>
      alike.length > 2 ? drawnTogether(input, alike) : alike.flatMap((group) => toFinding(input, group)),
    );
  },
});

function weakerIn(input: RuleInput, pair: TestPair): readonly Weaker[] {
  const { on, old, node } = pair;
  const kind = old.test?.name ?? old.resourceType;
  if (node === null) {
    if (isStillProven(input, pair)) return [];
    const disabled = input.change.head.project.disabled.has(old.uniqueId) ? ' (disabled)' : '';
    return [{ on, messageId: 'removed', text: `${testText(old)}${disabled}`, kind }];
  }
  const how = weakenings(input.change, { on, old, node });
  return how.length === 0 ? [] : [{ on, messageId: 'weakened', text: `${testText(node)}: ${how.join(', ')}`, kind }];
}

function toFinding({ change }: RuleInput, group: readonly Weaker[]): readonly RuleFinding<Message>[] {
  const [first] = group;
  const node = first === undefined ? undefined : change.head.project.nodes.get(first.on);
  if (first === undefined || node === undefined) return [];
  const texts = group.map(({ text }) => text);
  const shown = texts.slice(0, 4).join(', ');
  const named = texts.length > 4 ? `${shown} and ${plural(texts.length - 4, 'more test')}` : shown;
  const isRemoved = first.messageId === 'removed';
  const verb = isRemoved ? (group.length === 1 ? 'is' : 'are') : group.length === 1 ? 'asks' : 'ask';
  const data = isRemoved
    ? { node: node.name, tests: named, verb }
    : {
        node: node.name,
        tests: group.length === 1 ? 'a test' : plural(group.length, 'test'),
        verb,
        how: toLine(named, 300),
      };
  return [
    tell({
      messageId: first.messageId,
      uniqueId: first.on,
      data,
      place: { kind: 'text', uniqueId: first.on, in: 'properties', text: /data_tests|tests|severity|where|values/ },
      matters: mattersOf(group),
      safeIf: isRemoved ? 'keep the test, or say why the rule no longer holds' : 'say why rows may break the rule now',
      key: texts.join('\n').slice(0, 500),
    }),
  ];
}

/** The same kinds of tests of three nodes or more: one cause. */
function drawnTogether({ change }: RuleInput, alike: readonly (readonly Weaker[])[]): readonly RuleFinding<Message>[] {
  const [group] = alike;
  const [first] = group ?? [];
  if (group === undefined || first === undefined) return [];
  const names = alike.flatMap(([one]) =>
    one === undefined ? [] : [change.head.project.nodes.get(one.on)?.name ?? one.on],
  );
  const node = `${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${plural(names.length - 3, 'more node')}` : ''}`;
  const tests = `${kindsOf(group).join(' and ')} tests`;
  const isRemoved = first.messageId === 'removed';
  const how = toLine(
    [...new Set(alike.flat().map(({ text }) => text.slice(text.indexOf(': ') + 2)))].slice(0, 4).join('; '),
    200,
  );
  return [
    tell({
      messageId: first.messageId,
      uniqueId: first.on,
      data: isRemoved ? { node, tests, verb: 'are' } : { node, tests, verb: 'ask', how },
      place: { kind: 'text', uniqueId: first.on, in: 'properties', text: /data_tests|tests|severity|where|values/ },
      matters: mattersOf(alike.flat()),
      safeIf: isRemoved ? 'keep the tests, or say why the rule no longer holds' : 'say why rows may break the rule now',
      key: `${tests} of ${names.length}`,
    }),
  ];
}

function kindsOf(group: readonly Weaker[]): readonly string[] {
  return [...new Set(group.map(({ kind }) => kind))].sort();
}

function mattersOf(group: readonly Weaker[]): string {
  const kinds = new Set(group.map(({ kind }) => kind));
  if ([...kinds].some((kind) => /unique/.test(kind)))
    return 'if a key is repeated, joins to it multiply rows and nothing says so';
  if (kinds.has('not_null')) return 'if a value is NULL, joins and filters on it drop the row and nothing says so';
  if (kinds.has('relationships')) return 'if a value has no parent, inner joins drop the row and nothing says so';
  if (kinds.has('accepted_values')) return 'if an unknown value comes, CASE and filters downstream do not know it';
  return 'if the data breaks the rule, nothing says so';
}
