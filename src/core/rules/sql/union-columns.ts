import type { Edit, Plan, SetPlan } from '#core/meaning';
import { typeOf } from '../column-types.ts';
import type { ComparedModel, RuleFinding, RuleInput } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { tellEdit } from '../tell-edit.ts';

type Message = 'order' | 'type';
const columns = { id: 'integer', gross: 'integer', net: 'integer' };

/** UNION puts columns together by their place, whatever they are called. */
export const unionColumns = defineRule({
  id: 'union-columns',
  title: 'Columns of a UNION in another order',
  severity: 'S3',
  page: {
    what: 'The parts of a UNION list the same columns in different orders, or put a text where another part has a number, a date or a truth value, and did not before. Silent where columns match BY NAME, and where the names differ altogether.',
    why: 'The columns are put together by place. Two columns of one type change places without an error, and each holds half of the other.',
    fires: {
      kind: 'sql',
      title: '',
      before: 'select id, gross, net from web_orders union all select id, gross, net from shop_orders',
      after: 'select id, gross, net from web_orders union all select id, net, gross from shop_orders',
      relations: { web_orders: { columns }, shop_orders: { columns } },
    },
    silent: [
      {
        kind: 'sql',
        title: 'Both parts in another order.',
        before: 'select id, gross, net from web_orders union all select id, gross, net from shop_orders',
        after: 'select id, net, gross from web_orders union all select id, net, gross from shop_orders',
        relations: { web_orders: { columns }, shop_orders: { columns } },
      },
    ],
    safeIf: 'List the columns of all parts in one order, or write UNION ALL BY NAME where the warehouse has it.',
    waive: '',
  },
  messages: {
    order:
      '`{model}` puts `{column}` of one part of a UNION under `{place}`: the parts list the same columns in different orders',
    type: '`{model}` puts a {kind} of one part of a UNION under `{place}`, where the others have a {other}',
  },
  find: (input) => input.models.flatMap((model) => findIn(input, model)),
});

interface Mismatch {
  readonly messageId: Message;
  readonly data: Readonly<Record<string, string>>;
  readonly column: string;
  readonly key: string;
  readonly set: SetPlan;
}

function findIn({ change }: RuleInput, model: ComparedModel): readonly RuleFinding<Message>[] {
  const known = new Set(mismatches(model.base, change.base).map(({ key }) => key));
  return mismatches(model.head, change.head)
    .filter(({ key }) => !known.has(key))
    .flatMap(({ messageId, data, column, key, set }): readonly RuleFinding<Message>[] => {
      const edit = model.edits.find((one) => isOf(one, set));
      if (edit === undefined) return [];
      return [
        tellEdit(model, {
          messageId,
          edit,
          columns: [column],
          data,
          matters:
            messageId === 'order'
              ? 'each row of that part in which the two columns differ'
              : 'each row of that part: the warehouse casts it, or fails',
          safeIf: 'list the columns of all parts in one order',
          key,
          ...(messageId === 'order' ? { severity: 'S2' as const } : {}),
        }),
      ];
    });
}

function isOf(edit: Edit, set: SetPlan): boolean {
  return (
    edit.head === set ||
    set.members.some(
      (member) =>
        edit.head === member ||
        (member.kind === 'block' &&
          member.inputs.some(({ source }) => source.kind === 'plan' && source.plan === edit.head)),
    )
  );
}

function mismatches(plan: Plan, side: RuleInput['change']['head']): readonly Mismatch[] {
  return setsIn(plan).flatMap((set) => mismatchesOf(set, side));
}

function mismatchesOf(set: SetPlan, side: RuleInput['change']['head']): readonly Mismatch[] {
  const [first, ...others] = set.members;
  if (set.byName || first?.kind !== 'block' || first.stars.length > 0) return [];
  const names = first.outputs.map(({ key }) => key);
  return others.flatMap((member, number): readonly Mismatch[] => {
    if (member.kind !== 'block' || member.stars.length > 0 || member.outputs.length !== names.length) return [];
    const own = member.outputs.map(({ key }) => key);
    const at = own.findIndex((key, place) => key !== names[place]);
    if (at !== -1 && [...own].sort().join('\n') === [...names].sort().join('\n')) {
      const [column = '', place = ''] = [own[at], names[at]];
      return [
        { messageId: 'order', data: { column, place }, column: place, key: `order ${number} ${own.join(' ')}`, set },
      ];
    }
    return member.outputs.flatMap(({ term }, place): readonly Mismatch[] => {
      const output = first.outputs[place];
      const [kind, other] = [
        typeOf(term, member, side),
        output === undefined ? null : typeOf(output.term, first, side),
      ];
      if (kind === null || other === null || kind === other || (kind !== 'text' && other !== 'text')) return [];
      return [
        {
          messageId: 'type',
          data: { kind, other, place: names[place] ?? '' },
          column: names[place] ?? '',
          key: `type ${number} ${names[place]} ${kind} ${other}`,
          set,
        },
      ];
    });
  });
}

function setsIn(plan: Plan): readonly SetPlan[] {
  if (plan.kind === 'set') return [plan, ...plan.members.flatMap(setsIn)];
  if (plan.kind !== 'block') return [];
  return plan.inputs.flatMap(({ source }) => (source.kind === 'plan' ? setsIn(source.plan) : []));
}
