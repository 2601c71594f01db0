// Who may import whom: the one table from which the boundary checker, its test and the picture in
// docs/ARCHITECTURE.md are made.

/** Each area of src/core, and the core areas that it may import besides itself. */
export const coreLayers = {
  base: [],
  sql: ['base'],
  dbt: ['base'],
  jinja: ['base', 'sql', 'dbt'],
  lineage: ['base', 'sql', 'dbt'],
  pii: ['base', 'sql', 'dbt', 'lineage'],
  change: ['base', 'sql', 'dbt', 'lineage', 'pii'],
  meaning: ['base', 'sql', 'dbt', 'lineage'],
  rules: ['base', 'sql', 'dbt', 'lineage', 'change', 'meaning'],
  provenance: ['base', 'change'],
  evidence: ['base', 'sql', 'dbt', 'change'],
  claims: ['base', 'sql', 'dbt', 'lineage', 'change', 'evidence'],
  gates: ['base', 'sql', 'dbt', 'lineage', 'pii', 'change', 'provenance', 'evidence', 'claims', 'meaning', 'rules'],
  policy: ['base', 'change', 'provenance', 'evidence', 'gates', 'rules'],
  audit: ['base', 'change', 'provenance', 'evidence', 'gates', 'policy'],
  render: ['base', 'dbt', 'change', 'provenance', 'gates', 'policy'],
};

/** Packages that core may import, by area; '*' is every area. */
export const corePackages = { '*': ['zod'], base: ['node:crypto'], audit: ['node:crypto'], policy: ['yaml'] };

/**
 * The SQL engines, by the names with which their adapters' files in src/edges/sql-engines begin. Only those files may import
 * the engine's package, and of each adapter others may import only `<name>.ts`, which answers with the relational tree.
 */
export const sqlEngines = {
  polyglot: '@polyglot-sql/sdk',
  sqlparser: '@guanmingchiu/sqlparser-ts',
  'node-sql-parser': 'node-sql-parser',
};
