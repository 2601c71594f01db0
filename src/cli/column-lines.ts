import { nearestWord, RepositoryError, toLine, type UniqueId } from '#core/base';
import type { ColumnStep, ProjectLineage } from '#core/lineage';
import { downstreamOf, upstreamOf } from '#core/lineage';

interface ColumnFlags {
  readonly downstream?: boolean;
  readonly depth: string;
  readonly format?: 'json' | 'text' | 'openlineage';
}

/** The tree of one column as lines of text, or as one line of JSON. Throws RepositoryError where there is no such column. */
export function columnLines(lineage: ProjectLineage, given: string, flags: ColumnFlags): readonly string[] {
  const { uniqueId, column } = findColumn(lineage, given);
  if (!/^\d{1,4}$/.test(flags.depth))
    throw new RepositoryError(
      'bad-depth',
      `--depth ${toLine(flags.depth)} is not a number of hops; give one from 0 to 9999`,
    );
  const walk = flags.downstream === true ? downstreamOf : upstreamOf;
  const tree = walk(lineage, uniqueId, column, Number(flags.depth));
  return flags.format === 'json' ? [JSON.stringify(toJson(tree))] : toText(tree, '', '');
}

function findColumn(lineage: ProjectLineage, given: string): { readonly uniqueId: UniqueId; readonly column: string } {
  const at = given.lastIndexOf('.');
  const [model, column] = [given.slice(0, at), given.slice(at + 1)];
  if (at < 1) throw new RepositoryError('bad-column', `--column ${toLine(given)} is not model.column`);
  const ids = [...lineage.keys()].filter((id) => id === model || id.endsWith(`.${model}`));
  const [uniqueId, ...others] = ids;
  if (uniqueId === undefined) {
    const near = nearestWord(
      model,
      [...lineage.keys()].map((id) => id.split('.').at(-1) ?? ''),
    );
    throw new RepositoryError('no-model', `no model, source, seed or snapshot is called ${toLine(model)}${hint(near)}`);
  }
  if (others.length > 0)
    throw new RepositoryError(
      'many-models',
      `${toLine(model)} may be any of ${ids.slice(0, 5).join(', ')}: give its unique_id`,
    );
  const columns = lineage.get(uniqueId)?.columns.map((one) => one.column) ?? [];
  const found = columns.find((name) => name.toLowerCase() === column.toLowerCase());
  if (found !== undefined) return { uniqueId, column: found };
  throw new RepositoryError(
    'no-column',
    `${uniqueId} has no column ${toLine(column)}${hint(nearestWord(column, columns))}`,
  );
}

function hint(near: string | null): string {
  return near === null ? '' : `; did you mean ${toLine(near)}?`;
}

function toText(step: ColumnStep, lead: string, below: string): readonly string[] {
  const name = `${step.uniqueId.split('.').slice(2).join('.') || step.uniqueId}.${step.column}`;
  const how = step.transformation === null ? '' : ` [${step.transformation}]`;
  const cut = step.cut === null ? '' : step.cut === 'depth' ? ' … (deeper than --depth)' : ' … (see above)';
  const rows = [...Map.groupBy(step.rows, ({ uniqueId }) => uniqueId)].map(
    ([uniqueId, uses]) =>
      `${uniqueId.split('.').at(-1) ?? ''} (${[...new Set(uses.map(({ clause }) => clause))].join(', ')})`,
  );
  const moves = rows.length === 0 ? [] : [`${below}  moves rows of ${rows.join(', ')}`];
  const next = step.next.flatMap((one, at) =>
    at === step.next.length - 1 ? toText(one, `${below}└─ `, `${below}   `) : toText(one, `${below}├─ `, `${below}│  `),
  );
  const line = `${lead}${toLine(name, 200)}${step.type === null ? '' : `: ${toLine(step.type)}`}${how}${cut}`;
  return [line, ...moves, ...next];
}

function toJson({ uniqueId, column, transformation, type, next, rows, cut }: ColumnStep): object {
  return {
    ...{ unique_id: uniqueId, column, transformation, type, cut },
    rows: rows.map((row) => ({ unique_id: row.uniqueId, clause: row.clause })),
    next: next.map(toJson),
  };
}
