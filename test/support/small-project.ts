import { aManifest, aModel, byId } from './manifests.ts';

/** A small dbt project that keeps its manifest under version control, so that a review needs no further place. */
export const smallProject: Readonly<Record<string, string>> = {
  'dbt_project.yml': 'name: shop\n',
  '.github/weirkeeper.yml': 'version: 1\nartifacts: { source: committed, path: target }\n',
  'target/manifest.json': manifestWith({}),
};

/** Files of a change with one finding at a line of its diff: a macro that strikes rows. */
export function aStrikingChange(number: number): Readonly<Record<string, string>> {
  const name = `purge_${String(number)}`;
  const path = `macros/${name}.sql`;
  const sql = `{% macro ${name}() %}\n  delete from log_${String(number)}\n{% endmacro %}\n`;
  const macro = {
    unique_id: `macro.shop.${name}`,
    name,
    package_name: 'shop',
    resource_type: 'macro',
    path,
    original_file_path: path,
    macro_sql: sql.trimEnd(),
    depends_on: { macros: [] },
  };
  return { [path]: sql, 'target/manifest.json': manifestWith({ [macro.unique_id]: macro }) };
}

function manifestWith(macros: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(aManifest({ nodes: byId(aModel('orders')), macros }));
}
