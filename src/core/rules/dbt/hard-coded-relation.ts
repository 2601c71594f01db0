import { toLine } from '#core/base';
import { planContext } from '../relations-in.ts';
import type { RuleFinding, RuleInput } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { sourcesIn } from '../sources-in.ts';
import { tell } from '../tell.ts';
import type { Pair } from './config-changes.ts';
import { modifiedPairs } from './config-changes.ts';

type Message = 'known-node' | 'unknown-relation' | 'target-in-code';

/** A relation that is named and not referred to. */
export const hardCodedRelation = defineRule({
  id: 'hard-coded-relation',
  title: 'A relation written as a name',
  severity: 'S3',
  page: {
    what: 'A relation that a model newly reads by `schema.table` and not by `ref` or `source`, and code that newly asks for the name, schema or database of the target. The name must stand in the Jinja as written, so that names which a macro makes do not count. Silent about `information_schema` and the like, and about what was there before.',
    why: 'dbt does not see the dependency: it builds the two in any order, slim CI leaves one out, and a build for a pull request reads production. Lineage, and with it this review, ends there.',
    fires: {
      kind: 'dbt',
      title: '',
      language: 'sql',
      before: "select * from {{ ref('stg_orders') }}",
      after: 'select * from analytics.stg_orders',
    },
    silent: [
      {
        kind: 'dbt',
        title: '',
        language: 'sql',
        before: "select * from {{ ref('stg_orders') }}",
        after: "select * from {{ ref('int_orders') }}",
      },
    ],
    safeIf: 'Write `ref` or `source` in its place; declare a source where there is none.',
    waive: '',
  },
  messages: {
    'known-node':
      '`{model}` reads `{relation}` by name: it is {node}, and dbt does not know that the two belong together',
    'unknown-relation': '`{model}` reads `{relation}` by name, which is no source of the project',
    'target-in-code': '`{model}` asks for `{name}`: what is built in production is not what was reviewed',
  },
  find: (input) => modifiedPairs(input.change).flatMap((pair) => [...namesIn(input, pair), ...targetsIn(pair)]),
});

function namesIn({ change }: RuleInput, { old, node }: Pair): readonly RuleFinding<Message>[] {
  const tree = change.head.trees.get(node.uniqueId);
  if (tree === undefined || old.rawCode === node.rawCode) return [];
  const context = planContext(change.head, node.uniqueId, change.head);
  const [before, after] = [bareSql(old.rawCode), bareSql(node.rawCode)];
  const told = new Set<string>();
  return sourcesIn(tree).flatMap(({ source: { from } }): readonly RuleFinding<Message>[] => {
    if (from.kind !== 'table' || from.name.length < 2) return [];
    const name = from.name.map((part) => part.name).join('.');
    const lower = name.toLowerCase();
    if (told.has(lower) || /(?:^|\.)(?:information_schema|pg_catalog|sys|account_usage)\./.test(lower)) return [];
    if (!after.includes(lower) || before.includes(lower)) return [];
    told.add(lower);
    const found = context.relation(from.name)?.uniqueId ?? null;
    if (found === node.uniqueId) return [];
    const common = {
      uniqueId: node.uniqueId,
      place: { kind: 'text', uniqueId: node.uniqueId, in: 'code', text: name } as const,
      key: lower,
    };
    if (found === null) {
      return [
        tell({
          ...common,
          messageId: 'unknown-relation',
          data: { model: node.name, relation: toLine(name, 120) },
          matters: 'its age and its columns are checked by nobody',
          safeIf: 'declare it as a source, and read it by source()',
        }),
      ];
    }
    return [
      tell({
        ...common,
        messageId: 'known-node',
        data: { model: node.name, relation: toLine(name, 120), node: found },
        matters:
          'it may be built before its parent, and a build of a pull request reads the relation of another target',
        safeIf: found.startsWith('source.') ? 'read it by source()' : 'read it by ref()',
      }),
    ];
  });
}

function targetsIn({ old, node }: Pair): readonly RuleFinding<Message>[] {
  const [before, after] = [old, node].map(
    ({ rawCode }) => new Set(rawCode.match(/\btarget\.(?:name|schema|database|dataset|project)\b/g)),
  );
  const fresh = [...(after ?? [])].filter((name) => before?.has(name) !== true).sort();
  const [name] = fresh;
  if (name === undefined || node.resourceType !== 'model') return [];
  return [
    tell({
      messageId: 'target-in-code',
      uniqueId: node.uniqueId,
      data: { model: node.name, name },
      place: { kind: 'text', uniqueId: node.uniqueId, in: 'code', text: name },
      matters: 'where the target is another one, so is the SQL',
      safeIf: 'compile it for production and compare',
      key: name,
    }),
  ];
}

/** The SQL between Jinja, without comments and quotes, in lower case. */
function bareSql(rawCode: string): string {
  return rawCode
    .replaceAll(/\{[{%#][\s\S]*?[}%#]\}/g, ' ')
    .replaceAll(/--[^\n]*|\/\*[\s\S]*?\*\//g, ' ')
    .replaceAll(/["`[\]]/g, '')
    .replaceAll(/\s*\.\s*/g, '.')
    .toLowerCase();
}
