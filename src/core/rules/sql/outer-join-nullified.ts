import type { Block, Condition, Edit, Facts, Input } from '#core/meaning';
import { everyRowMatches, rejectsMissing } from '#core/meaning';
import type { ComparedModel, RuleFinding } from '../rule.ts';
import { defineRule } from '../rule.ts';
import { tell } from '../tell.ts';
import { inputWords, termWords } from '../term-words.ts';
import { nullifiedBy } from './join-narrowed.ts';

const relations = {
  orders: { columns: { id: 'integer', customer_id: 'integer' }, keys: [['id']], notNull: ['id'] },
  customers: { columns: { id: 'integer', region: 'varchar' }, keys: [['id']], notNull: ['id'] },
};

/** A condition by which a LEFT JOIN comes to an INNER one. */
export const outerJoinNullified = defineRule({
  id: 'outer-join-nullified',
  title: 'A filter makes an outer join an inner one',
  severity: 'S2',
  page: {
    what: 'A new condition in WHERE, or in the ON of a later inner join, on a column of the side of an outer join that may be missing, and that is not true for NULL. S3 where it is `is not null` alone, which says nothing but that a match is wanted. Silent where the condition also takes NULL (`or … is null`, COALESCE), where an earlier condition did the same, and where every row has a match.',
    why: 'A row without a match has NULL in each of those columns. The condition drops it, and the LEFT JOIN keeps nothing that an INNER JOIN would not: it still says LEFT in the code.',
    fires: {
      kind: 'sql',
      title: '',
      before: 'select o.id, c.region from orders o left join customers c on c.id = o.customer_id',
      after:
        "select o.id, c.region from orders o left join customers c on c.id = o.customer_id where c.region <> 'test'",
      relations,
    },
    silent: [
      {
        kind: 'sql',
        title: 'Every order has a customer, whose region is never NULL and, by the condition, never empty.',
        before: 'select o.id, c.id as customer from orders o left join customers c on c.id = o.customer_id',
        after:
          'select o.id, c.id as customer from orders o left join customers c on c.id = o.customer_id where c.id is not null',
        relations: {
          ...relations,
          orders: { ...relations.orders, notNull: ['id', 'customer_id'], references: { customer_id: 'customers.id' } },
        },
      },
    ],
    safeIf: 'Put the condition into ON, or write INNER JOIN where only matches are meant.',
    waive: '',
  },
  messages: {
    nullified: '{condition} drops every row without a match in {joined}, which an outer join keeps',
  },
  find: ({ models, facts }) => models.flatMap((model) => findIn(model, facts.head)),
});

function findIn({ uniqueId, edits }: ComparedModel, facts: Facts): readonly RuleFinding<'nullified'>[] {
  return edits.flatMap((edit) => {
    const found = causeOf(edit);
    if (found === null || everyRowMatches(found.head, facts, found.input).fact?.sureness === 'proven') return [];
    const { condition, input } = found;
    const joined = inputWords(input);
    const filter = edits.find((one) => isAbout(one, condition));
    return [
      tell({
        messageId: 'nullified',
        uniqueId,
        data: { condition: termWords(condition.term), joined },
        place: { kind: 'compiled', side: 'head', span: condition.term.span ?? edit.place.span },
        ...(condition.term.name === 'is not null' ? { severity: 'S3' as const } : {}),
        matters: `as soon as a row has no match in ${joined}`,
        safeIf: 'put the condition into ON, or write INNER JOIN where only matches are meant',
        edits: filter === undefined || filter === edit ? [edit] : [edit, filter],
        key: `${joined}:${termWords(condition.term)}`,
      }),
    ];
  });
}

interface Cause {
  readonly condition: Condition;
  readonly input: Input;
  readonly head: Block;
}

function causeOf(edit: Edit): Cause | null {
  if (edit.kind === 'join-kind') {
    const condition = nullifiedBy(edit);
    return condition === null ? null : { condition, input: edit.after, head: edit.head };
  }
  if ((edit.kind !== 'filter-added' && edit.kind !== 'filter-changed') || edit.clause !== 'where') return null;
  const condition = edit.kind === 'filter-added' ? edit.condition : edit.after;
  const outer = edit.head.inputs.filter(({ join }) => join === 'left' || join === 'full');
  const input = outer.find(
    ({ alias }) => rejectsMissing([condition], alias) !== null && rejectsMissing(edit.base.where, alias) === null,
  );
  return input === undefined ? null : { condition, input, head: edit.head };
}

function isAbout(edit: Edit, condition: Condition): boolean {
  return (
    (edit.kind === 'filter-added' && edit.condition === condition) ||
    (edit.kind === 'filter-changed' && edit.after === condition)
  );
}
