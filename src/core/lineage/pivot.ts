import { type Expression, type Identifier, identifierKey, type Source } from '#core/sql';
import { newSink, traceInto, traceValue } from './expression.ts';
import type { RowsetUse } from './lineage.ts';
import { fold } from './logic.ts';
import {
  type Origin,
  originKey,
  plain,
  type Relation,
  type RelationColumn,
  strengths,
  unknownValue,
  type Value,
} from './relation.ts';
import { findColumn, type Scope, type Trace } from './scope.ts';

type Pivot = Extract<Source['from'], { readonly kind: 'pivot' }>;
type Unpivot = Extract<Source['from'], { readonly kind: 'unpivot' }>;

/** PIVOT: the columns that no aggregate and no FOR names stay and group the rows; the new ones hold the aggregates. */
export function pivotRelation(pivot: Pivot, input: Relation, scope: Scope, trace: Trace): Relation {
  const named = [...pivot.aggregates.map((aggregate) => aggregate.expression), ...pivot.by];
  const consumed = keysOf(named.flatMap(namesIn), input, trace);
  const steering = newSink();
  for (const expression of pivot.by) traceInto(steering, expression, { scope, trace });
  const values = pivot.aggregates.map((aggregate) => {
    const { value } = traceValue(aggregate.expression, scope, trace);
    return steered(value, steering.origins);
  });
  const listed = keysOf(pivot.groupBy.flatMap(namesIn), input, trace);
  const kept = input.columns.filter((column) => (listed.size > 0 ? listed.has(column.key) : !consumed.has(column.key)));
  const made = pivot.outputs.flatMap((name, at): readonly RelationColumn[] => {
    const value = values[at % Math.max(values.length, 1)];
    return value === undefined
      ? []
      : [
          {
            name: name.name,
            key: identifierKey(name, trace.dialect),
            value: { ...value, logic: fold(`${value.logic} for ${name.name}`) },
          },
        ];
  });
  const uses = kept.flatMap((column) => usesOf(column.value, 'group'));
  const [only] = values;
  const anything = pivot.anyOutputs && only !== undefined ? () => only : null;
  const { open } = input;
  return {
    columns: [...kept, ...made],
    open:
      anything ??
      (open === null ? null : (name) => (consumed.has(identifierKey(name, trace.dialect)) ? null : open(name))),
    parents: input.parents,
    rowset: { uses, inputs: [input.rowset, ...steering.rowsets] },
    signature: fold(`pivot(${input.signature},${values.map((value) => value.logic).join(', ')})`),
  };
}

/** UNPIVOT: the listed columns become rows, but where they are NULL; INCLUDE NULLS is not told apart. */
export function unpivotRelation(unpivot: Unpivot, input: Relation, trace: Trace): Relation {
  const { dialect } = trace;
  const consumed = keysOf(unpivot.inputs.flat(), input, trace);
  const kept = input.columns.filter((column) => !consumed.has(column.key));
  const nameKey = identifierKey(unpivot.nameColumn, dialect);
  const label: Value = { ...plain, logic: 'unpivot-name', made: strengths.expression };
  const uses: RowsetUse[] = [];
  const made = unpivot.valueColumns.map((name, at): RelationColumn => {
    const values = unpivot.inputs.flatMap((names) => {
      const column = names[at];
      return column === undefined ? [] : (findColumn(input, column, dialect)?.value ?? input.open?.(column) ?? []);
    });
    const origins = new Map<string, Origin>();
    for (const value of values) {
      uses.push(...usesOf(value, 'where'));
      for (const origin of value.origins.values()) {
        const stronger = { ...origin, strength: Math.max(origin.strength, strengths.expression) };
        origins.set(originKey(stronger), stronger);
      }
    }
    const logic = fold(`unpivot(${values.map((value) => value.logic).join(', ')})`);
    return {
      name: name.name,
      key: identifierKey(name, dialect),
      value: { ...plain, origins, logic, made: strengths.expression },
    };
  });
  const named: RelationColumn = { name: unpivot.nameColumn.name, key: nameKey, value: label };
  const { open } = input;
  return {
    columns: [...kept, named, ...made],
    open: open === null ? null : (name) => (consumed.has(identifierKey(name, dialect)) ? null : open(name)),
    parents: input.parents,
    rowset: { uses, inputs: [input.rowset] },
    signature: fold(`unpivot(${input.signature},${made.map((column) => column.value.logic).join(', ')})`),
  };
}

/**
 * PIVOT and UNPIVOT put what they make last: where the columns that stay are not known, aliases are counted from the end, and
 * those in front stand for columns that are not known. Null for other sources.
 */
export function namedFromEnd({ from, columnAliases }: Source, relation: Relation, trace: Trace): Relation | null {
  const made = from.kind === 'unpivot' ? from.valueColumns.length + 1 : from.kind === 'pivot' ? from.outputs.length : 0;
  const kept = columnAliases.length - made;
  if (relation.open === null || made === 0 || kept < 0) return null;
  const last = relation.columns.slice(relation.columns.length - made);
  const columns = columnAliases.map((name, at): RelationColumn => {
    const text = `what ${name.name} stands for is not known: the table under PIVOT or UNPIVOT has columns that are not`;
    const value = last[at - kept]?.value ?? unknownValue({ code: 'open-star', text }, `?${name.name.toLowerCase()}`);
    return { name: name.name, key: identifierKey(name, trace.dialect), value };
  });
  return { ...relation, columns, open: null, parents: [] };
}

/** The names of columns in an expression. */
function namesIn(expression: Expression): readonly Identifier[] {
  const last = expression.kind === 'column' ? expression.column.at(-1) : undefined;
  return [...(last === undefined ? [] : [last]), ...expression.children.flatMap(namesIn)];
}

/** Keys of the columns that go by these names, those of what the input lists too where only the case differs. */
function keysOf(names: readonly Identifier[], input: Relation, { dialect }: Trace): ReadonlySet<string> {
  return new Set(
    names.flatMap((name) => {
      const own = identifierKey(name, dialect);
      const listed = findColumn(input, name, dialect)?.key;
      return listed === undefined ? [own] : [own, listed];
    }),
  );
}

/** `value`, and what steers which rows go into it. */
function steered(value: Value, steering: ReadonlyMap<string, Origin>): Value {
  const origins = new Map(value.origins);
  for (const origin of steering.values()) {
    const marked: Origin = { ...origin, strength: strengths.aggregate, functions: ['case when', ...origin.functions] };
    origins.set(originKey(marked), marked);
  }
  return { ...value, origins };
}

function usesOf(value: Value, clause: RowsetUse['clause']): readonly RowsetUse[] {
  return [...value.origins.values()].map(({ uniqueId, column }) => ({ uniqueId, column, clause }));
}
