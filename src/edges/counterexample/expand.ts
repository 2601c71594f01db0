import { isRefused, type Laboratory, type Refused } from './laboratory.ts';
import { replaceTables } from './rewrite.ts';
import { syntaxOf } from './syntax.ts';
import { asTree, below, objectsIn, type Tree, textOf } from './tree.ts';
import type { Statement } from './trial.ts';

/** A relation's own SQL, by the name of the relation. */
export type Definitions = ReadonlyMap<string, Statement>;

const mostRounds = 6;

/**
 * A side's statement with the relations written out that the other side does not read but whose rows come from what it reads: moving
 * SQL into a model of its own changes nothing. `nameOf` gives one name for all spellings of a relation.
 */
export async function expand(
  lab: Laboratory,
  own: Statement,
  other: Statement,
  { definitions, nameOf }: { readonly definitions: Definitions; readonly nameOf: (parts: readonly string[]) => string },
): Promise<Statement | Refused> {
  const readBy = ({ tree }: Statement): readonly string[] => syntaxOf(tree).tables.map(({ parts }) => nameOf(parts));
  const others = leavesOf(readBy(other));
  let expanded = own;
  for (let round = 0; round < mostRounds; round += 1) {
    const before = readBy(other);
    const due = new Set(
      readBy(expanded).filter(
        (name) =>
          definitions.has(name) && !before.includes(name) && [...leavesOf([name])].some((leaf) => others.has(leaf)),
      ),
    );
    if (due.size === 0) break;
    const captured = [...due]
      .flatMap((name) => barePartsOf(definitions.get(name)))
      .find((name) => ctesIn(own.tree).has(name));
    if (captured !== undefined) return { error: `${captured} means two things in it`, position: 0, stopped: false };
    const frame = await lab.treeOf('select * from (select 1) as t');
    if (isRefused(frame)) return frame;
    const pattern = asTree(asTree(objectsIn(frame['statements'])[0]?.['node'])?.['from_table']) ?? {};
    const tree = replaceTables(expanded.tree, (parts, table) => {
      const definition = due.has(nameOf(parts)) ? definitions.get(nameOf(parts)) : undefined;
      const node = asTree(objectsIn(definition?.tree['statements'])[0]?.['node']);
      if (node === null) return null;
      const { alias, table_name: name, column_name_alias: names, sample } = table;
      const subquery = { ...asTree(pattern['subquery']), node };
      return { ...pattern, subquery, alias: alias === '' ? name : alias, column_name_alias: names, sample };
    });
    const sql = await lab.sqlOf(tree);
    if (isRefused(sql)) return sql;
    expanded = { sql, tree };
  }
  return expanded;

  /** The relations themselves, and all that they come from. */
  function leavesOf(names: readonly string[]): ReadonlySet<string> {
    const found = new Set(names);
    for (const name of found) {
      const definition = definitions.get(name);
      if (definition !== undefined) for (const below of readBy(definition)) found.add(below);
    }
    return found;
  }
}

/** Names of one part: they could be taken for a CTE of the statement around. */
function barePartsOf(statement: Statement | undefined): readonly string[] {
  if (statement === undefined) return [];
  return syntaxOf(statement.tree).tables.flatMap(({ parts }) =>
    parts.length === 1 ? parts.map((part) => part.toLowerCase()) : [],
  );
}

function ctesIn(tree: Tree): ReadonlySet<string> {
  const own = objectsIn(asTree(tree['cte_map'])?.['map']).map((entry) => textOf(entry['key']).toLowerCase());
  return new Set([...own, ...below(tree).flatMap((child) => [...ctesIn(child)])]);
}
