import type { SetPlan } from '#core/meaning';
import { planFacts } from '#core/meaning';
import type { ComparedModel, RuleFinding, RuleInput } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { tellEdit } from '../tell-edit.ts';

const columns = { id: 'integer', kind: 'varchar' };

/** UNION takes repeated rows away, UNION ALL keeps them. */
export const unionQuantifier = defineRule({
  id: 'union-quantifier',
  title: 'UNION or UNION ALL',
  severity: 'S2',
  page: {
    what: 'UNION became UNION ALL or the other way round; EXCEPT and INTERSECT with ALL too. Silent where no row can stand there twice: each part has a key, and a literal tells the parts apart.',
    why: 'UNION takes away rows that are equal, also within one part. With ALL they count twice; without it real events that look alike are lost.',
    fires: {
      kind: 'sql',
      title: '',
      before: 'select id, kind from web_orders union all select id, kind from shop_orders',
      after: 'select id, kind from web_orders union select id, kind from shop_orders',
      relations: { web_orders: { columns }, shop_orders: { columns } },
    },
    silent: [
      {
        kind: 'sql',
        title: 'Each part has a key, and a literal tells them apart.',
        before: "select id, 'web' as kind from web_orders union all select id, 'shop' as kind from shop_orders",
        after: "select id, 'web' as kind from web_orders union select id, 'shop' as kind from shop_orders",
        relations: {
          web_orders: { columns, keys: [['id']], notNull: ['id'] },
          shop_orders: { columns, keys: [['id']], notNull: ['id'] },
        },
      },
    ],
    safeIf:
      'Add a `unique` test to the key of each part and a literal column that tells the parts apart, or a `unique` test on the whole.',
    waive: '',
  },
  messages: {
    'rows-lost': '`{model}` takes repeated rows away now: {operator} in the place of {operator} ALL',
    'rows-repeated': '`{model}` keeps repeated rows now: {operator} ALL in the place of {operator}',
  },
  find: (input) =>
    input.models.flatMap((model) =>
      model.edits.flatMap((edit) => (edit.kind === 'set-quantifier' ? findIn(input, model, edit) : [])),
    ),
});

function findIn(
  { facts }: RuleInput,
  model: ComparedModel,
  edit: Extract<ComparedModel['edits'][number], { kind: 'set-quantifier' }>,
): readonly RuleFinding<'rows-lost' | 'rows-repeated'>[] {
  if (hasKey(edit.base, facts.base) && hasKey(edit.head, facts.head)) return [];
  const operator = edit.head.operator.toUpperCase();
  return [
    tellEdit(model, {
      messageId: edit.head.all ? 'rows-repeated' : 'rows-lost',
      edit,
      columns: [],
      data: { operator },
      matters: 'two rows that are equal in all columns, in one part or in two: no key is known that rules them out',
      safeIf: 'add a unique test to the key of each part, and a literal column that tells the parts apart',
      key: operator,
    }),
  ];
}

/** Whether the rows of all members together are told apart by something. */
function hasKey(plan: SetPlan, facts: RuleInput['facts']['base']): boolean {
  return planFacts({ ...plan, all: true }, facts).keys.some(
    ({ sureness, exceptNulls }) => sureness === 'proven' && !exceptNulls,
  );
}
