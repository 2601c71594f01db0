import { sha256, type UniqueId } from '#core/base';
import type { DbtCatalog, DbtNode } from '#core/dbt';
import type { ColumnLineage, NodeLineage } from './lineage.ts';
import { addedByDbt, catalogColumns, declaredTypes, documentedColumns } from './node-columns.ts';
import type { Asked } from './trace-node.ts';

/** What a trace asked of the project: the parts of a table's name, or `cte` and a CTE's name; in lower case. */
export interface Lookup {
  readonly kind: 'table' | 'cte';
  readonly name: readonly string[];
}

/** A column that children read of a node that does not list it, and what became of that. */
export interface Answered {
  /** Null where the node has no such column. */
  readonly column: ColumnLineage | null;
  readonly asked: readonly Asked[];
}

/**
 * One node's trace, and what it hung on: the same SQL of the same node that finds the same columns under the names that it
 * looks up comes to the same lineage.
 */
export interface Traced {
  readonly lookups: readonly Lookup[];
  /** What the lookups found and what the project says of the node itself, or a digest of it. */
  readonly conditions: string;
  readonly lineage: NodeLineage;
  readonly asked: readonly Asked[];
  /** Whether a star was not expanded, so that children may ask for more columns than are listed. */
  readonly open: boolean;
  /** By lower-case name. */
  readonly answered: ReadonlyMap<string, Answered>;
}

/** Traces by SQL key. */
export type Known = ReadonlyMap<string, readonly Traced[]>;

/** Worth a digest, in characters. */
const longest = 500;

/** All that a trace hung on, as text; `found` are what its lookups found, in order. */
export function conditionsOf(node: DbtNode, catalog: DbtCatalog | null, found: readonly string[]): string {
  const typeOf = declaredTypes(node, catalog);
  const typed = (names: readonly string[]): readonly unknown[] => names.map((name) => [name, typeOf(name)]);
  const listed = catalogColumns(node, catalog);
  const own = [listed === null ? null : typed(listed), typed(documentedColumns(node)), addedByDbt(node)];
  const text = JSON.stringify([node.uniqueId, node.resourceType, own, found]);
  return text.length <= longest ? text : sha256(text);
}

const faces = new WeakMap<NodeLineage, string>();

/** Digest of a node as its children see it: its columns, in order, with their types. */
export function faceOf(lineage: NodeLineage): string {
  const known = faces.get(lineage);
  if (known !== undefined) return known;
  const { uniqueId, complete, unresolved, columns } = lineage;
  const seen = columns.map(({ column, type }) => [column, type]);
  const face = sha256(JSON.stringify([uniqueId, complete, unresolved === null, seen]));
  faces.set(lineage, face);
  return face;
}

/** Adds a trace to those that are known of one SQL text, in place of the one that hung on the same. */
export function withTraced(known: readonly Traced[], traced: Traced): readonly Traced[] {
  const others = known.filter(({ conditions }) => conditions !== traced.conditions);
  return [traced, ...others].slice(0, mostVariants);
}

/** Base and head, built in two schemas, of two catalogs. */
const mostVariants = 8;

/** Columns that were asked for, each once, in the order in which they were. */
export interface Asking {
  /** The spelling to use: the first that the node gave. */
  readonly ask: (asked: Asked) => string;
  readonly list: readonly Asked[];
}

/** Starts a list of asked columns. */
export function startAsking(): Asking {
  const spelled = new Map<string, string>();
  const list: Asked[] = [];
  return {
    list,
    ask: ({ uniqueId, column }) => {
      const key = askedKey(uniqueId, column);
      const known = spelled.get(key);
      if (known !== undefined) return known;
      spelled.set(key, column);
      list.push({ uniqueId, column });
      return column;
    },
  };
}

function askedKey(uniqueId: UniqueId, column: string): string {
  return `${uniqueId}\n${column.toLowerCase()}`;
}
