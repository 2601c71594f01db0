// Renders the Jinja of every model and snapshot of the corpora whose manifest has raw and compiled SQL, and compares the two: as text
// without comments, white space and case, every relation by the node it stands for. Exits 1 when too few of the fully rendered are equal.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { statementsOf, traceSide } from '#core/change';
import { type DbtNode, type DbtProject, parseCatalog, parseManifest } from '#core/dbt';
import { type Rendering, renderModel, withRenderedSql } from '#core/jinja';
import type { ColumnLineage } from '#core/lineage';
import { normalizeSqlText } from '#core/sql';
import { createSqlReader } from '#edges/sql-engines';

/** Per cent of the fully rendered models that must equal dbt's own SQL. */
const GOAL = 99.5;
const corpora = resolve(process.env['WEIRKEEPER_CORPORA'] ?? '../shared/corpora');
if (!existsSync(corpora)) {
  console.log(`skipped: no corpora at ${corpora} (set WEIRKEEPER_CORPORA)`);
  process.exit(0);
}
const verbose = process.argv.includes('--differences');

type Class = 'fully' | 'vars at their defaults' | 'in part' | 'not';
const counts = new Map<Class, { models: number; equal: number }>();
const causes = new Map<string, number>();
const differing = new Map<string, { where: string; rendered: string; dbt: string; rendering: string }>();
const seen = new Set<string>();
const known = new WeakMap<DbtProject, readonly (readonly [RegExp, string])[]>();
let [milliseconds, rendered, incremental] = [0, 0, 0];

for (const file of globSync(`${corpora}/**/*manifest*.json.gz`).sort()) {
  const parsed = parseManifest(gunzipSync(readFileSync(file)).toString('utf8'), file);
  if (parsed.ok) for (const node of parsed.value.nodes.values()) compare(parsed.value, node, relative(corpora, file));
}

const total = [...counts.values()].reduce((sum, { models }) => sum + models, 0);
console.log('rendered                  models   share    equal to dbt');
for (const kind of ['fully', 'vars at their defaults', 'in part', 'not'] as const) {
  const { models, equal } = counts.get(kind) ?? { models: 0, equal: 0 };
  const same = kind === 'in part' || kind === 'not' ? '' : `${equal} (${percent(equal, models)} %)`;
  console.log(`${kind.padEnd(24)} ${String(models).padStart(7)} ${percent(models, total).padStart(6)} %   ${same}`);
}
console.log(
  `${total} distinct models and snapshots; ${incremental} equal in the reading where is_incremental() is true; ${(milliseconds / Math.max(1, rendered)).toFixed(2)} ms each`,
);
console.log('\nwhat was not rendered, most first');
for (const [label, count] of [...causes].sort((a, b) => b[1] - a[1]).slice(0, 40))
  console.log(`${String(count).padStart(7)} ${label}`);
console.log('\nfully rendered and different');
for (const { where, rendered: ours, dbt } of differing.values()) {
  const at = firstDifference(ours, dbt);
  console.log(
    `${where}\n  ours ${ours.slice(Math.max(0, at - 60), at + 100)}\n  dbt  ${dbt.slice(Math.max(0, at - 60), at + 100)}`,
  );
}
await compareLineage();
const fully = counts.get('fully') ?? { models: 0, equal: 0 };
process.exitCode = fully.models === 0 || (100 * fully.equal) / fully.models < GOAL ? 1 : 0;

/** Of the real pull requests' heads: the columns that rendered SQL resolves, against those of dbt's own SQL. */
async function compareLineage(): Promise<void> {
  const reader = createSqlReader();
  let [compiled, resolved, equal] = [0, 0, 0];
  const wrong: string[] = [];
  for (const folder of globSync(`${corpora}/pull-requests/*/pr*`).sort()) {
    const catalogFile = `${folder}/head.catalog.json.gz`;
    const text = (path: string): string => gunzipSync(readFileSync(path)).toString('utf8');
    const manifest = parseManifest(text(`${folder}/head.manifest.json.gz`), 'head');
    const catalog = existsSync(catalogFile) ? parseCatalog(text(catalogFile), 'catalog') : null;
    if (!manifest.ok || catalog?.ok === false) continue;
    const bare = [...manifest.value.nodes].map(([id, node]) => [id, { ...node, compiledCode: null }] as const);
    const project = withRenderedSql({ ...manifest.value, nodes: new Map(bare) });
    const [ours, dbts] = await Promise.all(
      [project, manifest.value].map(async (side) => {
        const answers = await reader.read(statementsOf(side, 'head'));
        return traceSide({ project: side, catalog: catalog?.value ?? null }, 'head', answers).lineage;
      }),
    );
    for (const [id, node] of dbts ?? []) {
      if (project.nodes.get(id)?.resourceType !== 'model' || node.unresolved !== null) continue;
      const columns = new Map(ours?.get(id)?.columns.map((column) => [column.column.toLowerCase(), column]));
      for (const column of node.columns.filter(({ unresolved }) => unresolved === null)) {
        compiled++;
        const other = columns.get(column.column.toLowerCase());
        if (other === undefined || other.unresolved !== null) continue;
        resolved++;
        const [a, b] = [column, other].map(({ sources }) => sourcesOf(sources));
        if (a === b) equal++;
        else wrong.push(`${relative(corpora, folder)} ${id}.${column.column}: ${b ?? ''} instead of ${a ?? ''}`);
      }
    }
  }
  await reader.close();
  console.log(
    `\nlineage: of ${compiled} columns that dbt's SQL resolves, rendered SQL resolves ${resolved} (${percent(resolved, compiled)} %), ${equal} alike (${percent(equal, resolved)} %)`,
  );
  for (const line of wrong.slice(0, 40)) console.log(line);
}

function sourcesOf(sources: ColumnLineage['sources']): string {
  return [...new Set(sources.map(({ uniqueId, column }) => `${uniqueId}.${column.toLowerCase()}`))].sort().join(', ');
}

function compare(project: DbtProject, node: DbtNode, file: string): void {
  if (!['model', 'snapshot'].includes(node.resourceType) || node.language === 'python') return;
  const { rawCode, compiledCode } = node;
  const key = `${rawCode}\n\n${compiledCode ?? ''}`;
  if (rawCode === '' || compiledCode === null || seen.has(key)) return;
  seen.add(key);
  const started = performance.now();
  const rendering = renderModel(project, { ...node, compiledCode: null });
  milliseconds += performance.now() - started;
  rendered++;
  const kind = classOf(rendering, renderModel(project, node, true));
  const count = counts.get(kind) ?? { models: 0, equal: 0 };
  counts.set(kind, count);
  count.models++;
  if (!rendering.ok) {
    tally([rendering.why]);
    return;
  }
  tally([...rendering.masked, ...rendering.gaps.map((label) => `${label} (a block)`)]);
  const [ours, dbt] = [rendering.sql, withoutCtes(compiledCode)].map((sql) => comparable(sql, project));
  if (ours === dbt) count.equal++;
  else if (comparable(asIncremental(project, node), project) === dbt) {
    count.equal++;
    incremental++;
  } else if (kind === 'fully' || (verbose && kind === 'vars at their defaults')) {
    const where = `${file} ${node.uniqueId}${rendering.assumed.length > 0 ? ` [${rendering.assumed.join(', ')}]` : ''}`;
    differing.set(node.uniqueId + (ours ?? ''), {
      where,
      rendered: ours ?? '',
      dbt: dbt ?? '',
      rendering: rendering.sql,
    });
  }
}

/** dbt compiled it in a warehouse where the table stood already. */
function asIncremental(project: DbtProject, node: DbtNode): string {
  const rendering = renderModel(project, node, true);
  return rendering.ok ? rendering.sql : '';
}

/** A model is fully rendered when both readings of `is_incremental()` are. */
function classOf(rendering: Rendering, other: Rendering): Class {
  if (!rendering.ok) return 'not';
  const inPart = [rendering, other].some((one) => !one.ok || one.masked.length + one.gaps.length > 0);
  if (inPart) return 'in part';
  return rendering.assumed.length > 0 ? 'vars at their defaults' : 'fully';
}

function tally(labels: readonly string[]): void {
  for (const label of new Set(labels)) causes.set(label, (causes.get(label) ?? 0) + 1);
}

/** Ephemeral parents are put into dbt's SQL as CTEs; here they are read from the parents themselves. */
function withoutCtes(sql: string): string {
  let text = sql;
  for (;;) {
    const cte = /(?:\bwith\s+|,\s*)__dbt__cte__\w+ as \(/i.exec(text);
    if (cte === null) return text;
    let depth = 1;
    let end = cte.index + cte[0].length;
    while (depth > 0 && end < text.length) {
      const char = text.charAt(end);
      if (char === '-' && text.startsWith('--', end))
        end = Math.max(end, (text.indexOf('\n', end) + text.length) % text.length);
      if (char === "'") end = text.indexOf("'", end + 1);
      depth += char === '(' ? 1 : char === ')' ? -1 : 0;
      end++;
    }
    const starts = /^with/i.test(cte[0]);
    const rest = text.slice(end);
    const more = /^\s*,\s*/.exec(rest);
    text =
      text.slice(0, cte.index) +
      (starts && more !== null ? `with ${rest.slice(more[0].length)}` : starts ? rest.trimStart() : rest);
  }
}

/** Unquoted names and keywords mean the same in any case; a relation is the same with and without quotes. */
function comparable(sql: string, project: DbtProject): string {
  let text = normalizeSqlText(sql)
    .trim()
    .replaceAll(/'(?:[^']|'')*'|"[^"]*"|`[^`]*`|[^'"`]+/g, (part) => (/^['"`]/.test(part) ? part : part.toLowerCase()));
  for (const [pattern, uniqueId] of relationsOf(project)) text = text.replaceAll(pattern, () => uniqueId);
  return text.replace(/;\s*$/, '');
}

function relationsOf(project: DbtProject): readonly (readonly [RegExp, string])[] {
  const found = known.get(project);
  if (found !== undefined) return found;
  const patterns = [...project.nodes.values()].flatMap(({ database, schema, identifier, name, uniqueId }) => {
    const parts = [database, schema, identifier ?? name].filter((part) => part !== null && part !== '');
    const words = parts.map((part) => `["\`]?${(part ?? '').replaceAll(/[.$^*+?()[\]{}|]/g, '\\$&')}["\`]?`);
    return parts.length < 2
      ? []
      : [[new RegExp(`(?<![\\w."\`])${words.join('\\.')}(?![\\w."\`])`, 'gi'), uniqueId] as const];
  });
  known.set(project, patterns);
  return patterns;
}

function firstDifference(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}

function percent(part: number, whole: number): string {
  return ((100 * part) / Math.max(1, whole)).toFixed(2);
}
