import type { SearchedRelation } from '#core/evidence';

/** A relation with these columns (`name type`), and what is known of it. */
export function aRelation(
  name: string,
  columns: readonly string[],
  known: Partial<Omit<SearchedRelation, 'name' | 'columns'>> = {},
): SearchedRelation {
  return {
    name,
    names: [name],
    columns: columns.map((column) => {
      const [own = '', ...type] = column.split(' ');
      return { name: own, type: type.length === 0 ? null : type.join(' ') };
    }),
    keys: [],
    notNull: [],
    accepted: [],
    references: [],
    ...known,
  };
}

export const orders = aRelation(
  'orders',
  ['id integer', 'customer_id integer', 'status varchar', 'amount decimal(10,2)', 'created_at timestamp'],
  { keys: [['id']], notNull: ['id'] },
);
export const customers = aRelation('customers', ['id integer', 'name varchar']);
