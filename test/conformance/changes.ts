// Tells the labelled changes of real pull requests apart, and prints the confusion table.
//
//   npm run conformance:changes
//
// WEIRKEEPER_CORPORA names the folder with model-changes.jsonl and pull-requests; without it, `../shared/corpora`. Exit 1
// when a change is told wrong, or when a model whose compiled SQL is the same text on both sides is not called identical.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { toUniqueId } from '#core/base';
import { compareCompiled } from '#core/change';
import type { DbtCatalog, DbtNode, DbtProject, Parsed } from '#core/dbt';
import { parseCatalog, parseManifest } from '#core/dbt';

const kinds = ['raw+compiled', 'raw_only', 'compiled_only', 'catalog_only', 'none'] as const;
type Kind = (typeof kinds)[number];

interface Labelled {
  readonly repo: string;
  readonly pr: number;
  readonly model: string;
  readonly kind: string;
}

interface Side {
  readonly project: DbtProject;
  readonly catalog: DbtCatalog | null;
}

interface Pair {
  readonly name: string;
  readonly base: Side;
  readonly head: Side;
}

/** Labels that do not hold, each looked at in both manifests. */
const wrongLabels: ReadonlyMap<string, string> = new Map([
  [
    'dbt_salesforce/pr45 model.salesforce.int_salesforce__date_spine',
    'the file was moved and lost a blank line, so that dbt sees another body; the label looked at its old path alone',
  ],
]);

const corpora = resolve(process.env['WEIRKEEPER_CORPORA'] ?? '../shared/corpora');
if (existsSync(join(corpora, 'model-changes.jsonl'))) process.exitCode = run() > 0 ? 1 : 0;
else console.log(`conformance:changes skipped: no model-changes.jsonl in ${corpora} (set WEIRKEEPER_CORPORA)`);

function run(): number {
  const labelled = readFileSync(join(corpora, 'model-changes.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Labelled)
    // A label may tell in brackets why: `raw_only(no-op refactor)`.
    .map((one) => ({ ...one, kind: kindOf(one.kind) }));
  const table = new Map(kinds.map((kind) => [kind, new Map<Kind, number>()]));
  const same = { models: 0, identical: 0 };
  let faults = 0;
  for (const pair of pairs()) {
    for (const { model, kind } of labelled.filter((one) => nameOf(one) === pair.name)) {
      const told = tell(pair, model);
      const row = table.get(kind);
      row?.set(told, (row.get(told) ?? 0) + 1);
      if (told === kind) continue;
      const reason = wrongLabels.get(`${pair.name} ${model}`);
      if (reason !== undefined) {
        console.log(`  label does not hold: ${pair.name} ${model}: ${kind}, told ${told}: ${reason}`);
        continue;
      }
      faults++;
      console.log(`  WRONG ${pair.name} ${model}: ${kind}, told ${told}`);
    }
    for (const node of withSameSql(pair)) {
      same.models++;
      if (compareCompiled(pair.base.project, pair.head.project, node) === 'identical') same.identical++;
    }
  }
  console.log(['labelled \\ told', ...kinds].map((title) => title.padEnd(16)).join(''));
  for (const [kind, row] of table) {
    console.log([kind, ...kinds.map((told) => String(row.get(told) ?? 0))].map((cell) => cell.padEnd(16)).join(''));
  }
  console.log(`${labelled.length} changes, ${faults} told wrong`);
  console.log(`${same.models} models with the same compiled SQL on both sides, ${same.identical} called identical`);
  return faults + same.models - same.identical;
}

function tell({ base, head }: Pair, model: string): Kind {
  const id = toUniqueId(model);
  const node = head.project.nodes.get(id);
  const old = base.project.nodes.get(id);
  if (node === undefined) return 'none';
  const rawDiffers = old === undefined || old.rawCode !== node.rawCode;
  const compiledDiffers = compareCompiled(base.project, head.project, node) === 'changed';
  if (compiledDiffers) return rawDiffers ? 'raw+compiled' : 'compiled_only';
  if (rawDiffers) return 'raw_only';
  return columnsOf(base, model) === columnsOf(head, model) ? 'none' : 'catalog_only';
}

function columnsOf({ catalog }: Side, model: string): string {
  const columns = catalog?.get(toUniqueId(model))?.columns ?? [];
  return columns
    .map(({ name, type }) => `${name.toLowerCase()} ${type}`)
    .sort()
    .join();
}

function withSameSql({ base, head }: Pair): readonly DbtNode[] {
  return [...head.project.nodes.values()].filter((node) => {
    const before = base.project.nodes.get(node.uniqueId)?.compiledCode ?? null;
    return node.resourceType === 'model' && before !== null && before === node.compiledCode;
  });
}

function kindOf(label: string): Kind {
  const word = label.replace(/\(.*$/, '');
  const kind = kinds.find((known) => known === word);
  if (kind === undefined) throw new TypeError(`a label of no known kind: ${label}`);
  return kind;
}

function nameOf({ repo, pr }: Labelled): string {
  return `${repo.split('/').at(-1) ?? ''}/pr${pr}`;
}

function* pairs(): Generator<Pair> {
  const folder = join(corpora, 'pull-requests');
  for (const repository of readdirSync(folder).sort()) {
    for (const pull of readdirSync(join(folder, repository)).sort()) {
      const place = join(folder, repository, pull);
      yield { name: `${repository}/${pull}`, base: readSide(place, 'base'), head: readSide(place, 'head') };
    }
  }
}

function readSide(folder: string, side: 'base' | 'head'): Side {
  const read = (kind: string): string | null => {
    const path = join(folder, `${side}.${kind}.json.gz`);
    return existsSync(path) ? gunzipSync(readFileSync(path)).toString('utf8') : null;
  };
  const catalog = read('catalog');
  return {
    project: valueOf(parseManifest(read('manifest') ?? '', `${folder}/${side}.manifest.json.gz`)),
    catalog: catalog === null ? null : valueOf(parseCatalog(catalog, `${folder}/${side}.catalog.json.gz`)),
  };
}

function valueOf<Value>(parsed: Parsed<Value>): Value {
  if (!parsed.ok) throw new TypeError(parsed.reason.text);
  return parsed.value;
}
