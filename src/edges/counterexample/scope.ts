import { columnName, namesOf, objectsIn, type Tree, textOf } from './tree.ts';

/** A relation as one place of a statement names it. */
export interface TableRead {
  /** Catalog, schema and name as they are written, without the parts that are missing. */
  readonly parts: readonly string[];
  /** Columns that can only be this relation's. */
  readonly columns: Set<string>;
}

/** A column that may belong to several relations of a FROM. */
export interface LooseColumn {
  readonly name: string;
  readonly tables: readonly TableRead[];
}

/** The columns that a query gives: those with a name, and those of the sources that a star stands for. */
export interface Outputs {
  readonly names: ReadonlySet<string>;
  readonly stars: readonly Star[];
}

interface Star {
  readonly frame: Frame;
  /** '' for all sources. */
  readonly qualifier: string;
  readonly except: ReadonlySet<string>;
}

/** An item of FROM: a relation, or what a query gives; neither where its columns are not known. */
export interface Source {
  readonly alias: string;
  readonly table: TableRead | null;
  readonly outputs: Outputs | null;
}

/** The FROM of one SELECT. */
export interface Frame {
  readonly sources: Source[];
}

/** A column as it is written, and the FROMs in which it may stand, the innermost first. */
export interface Reference {
  readonly names: readonly string[];
  readonly frames: readonly Frame[];
}

/** What a SELECT gives, by its select list. */
export function outputsOf(items: readonly Tree[], frame: Frame): Outputs {
  const names = items.flatMap((item) => {
    const name = textOf(item['alias']).toLowerCase() || columnName(item);
    return name === null || name === '' || item['class'] === 'STAR' ? [] : [name];
  });
  const stars = items.flatMap((item): readonly Star[] => {
    if (item['class'] !== 'STAR') return [];
    const renamed = objectsIn(item['replace_list']).map((one) => textOf(one['key']).toLowerCase());
    const except = new Set([...namesOf(item['exclude_list']), ...renamed]);
    return [{ frame, qualifier: textOf(item['relation_name']).toLowerCase(), except }];
  });
  return { names: new Set(names), stars };
}

/** The outputs under other names, where those are written; as they are where none is. */
export function renamed(outputs: Outputs | null, names: readonly string[]): Outputs | null {
  return names.length > 0 ? { names: new Set(names), stars: [] } : outputs;
}

const deepest = 60;

/** Gives a column to its relation, through the stars of CTEs and sub-queries; where there is a doubt, says whose it may be. */
export function attribute({ names, frames }: Reference): readonly LooseColumn[] {
  const [qualifier = '', name = ''] = [names.at(-2), names.at(-1)];
  for (const frame of frames) {
    const found = inFrame(frame, qualifier, name, 0);
    if (found !== null) return found;
  }
  return [];
}

/** Null where the column is not of this FROM. */
function inFrame({ sources }: Frame, qualifier: string, name: string, depth: number): readonly LooseColumn[] | null {
  const own = qualifier === '' ? sources : sources.filter(({ alias }) => alias === qualifier);
  if (own.some(({ outputs }) => outputs?.names.has(name) === true)) return [];
  const open = own.filter(({ table, outputs }) => table !== null || (outputs?.stars.length ?? 0) > 0);
  const [only] = open;
  if (only === undefined) return own.length > 0 && qualifier !== '' ? [] : null;
  if (open.length === 1) return inSource(only, name, depth);
  return [{ name, tables: open.flatMap((source) => tablesBelow(source, name, depth)) }];
}

function inSource({ table, outputs }: Source, name: string, depth: number): readonly LooseColumn[] {
  if (table !== null) {
    table.columns.add(name);
    return [];
  }
  if (depth > deepest) return [];
  return (outputs?.stars ?? []).flatMap(({ frame, qualifier, except }) =>
    except.has(name) ? [] : (inFrame(frame, qualifier, name, depth + 1) ?? []),
  );
}

/** Relations whose columns a source passes on. */
function tablesBelow({ table, outputs }: Source, name: string, depth: number): readonly TableRead[] {
  if (table !== null) return [table];
  if (depth > deepest) return [];
  return (outputs?.stars ?? []).flatMap(({ frame, qualifier, except }) =>
    except.has(name)
      ? []
      : frame.sources
          .filter(({ alias }) => qualifier === '' || alias === qualifier)
          .flatMap((source) => tablesBelow(source, name, depth + 1)),
  );
}
