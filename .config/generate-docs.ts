// Writes what is generated in docs/: a page per gate and rule, the JSON Schemas, and the picture of who imports whom.
// With --check it writes nothing and exits 1 when a file is not what it would write.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gates } from '#core/gates';
import { rules } from '#core/rules';
import { gatePage } from './gate-page.ts';
import { picture } from './picture.ts';
import { rulePage, rulesIndex } from './rule-page.ts';
import { generatedSchemas } from './schemas.ts';

const root = new URL('..', import.meta.url);
const check = process.argv.includes('--check');
const stale: string[] = [];

mkdirSync(new URL('docs/gates/', root), { recursive: true });
for (const gate of gates) write(`docs/gates/${gate.id}.md`, gatePage(gate));
mkdirSync(new URL('docs/rules/', root), { recursive: true });
write('docs/rules/README.md', rulesIndex(rules));
for (const rule of rules) write(`docs/rules/${rule.id}.md`, rulePage(rule, folderOf(rule.id)));
for (const [path, schema] of generatedSchemas(gates)) write(path, `${JSON.stringify(schema, null, 2)}\n`);
replaceBetween('docs/ARCHITECTURE.md', 'picture', picture(cruise()));

for (const path of stale) console.error(`${path} is not up to date: run "npm run generate"`);
process.exitCode = stale.length > 0 ? 1 : 0;

function folderOf(id: string): string {
  const folder = 'src/core/rules/sql';
  return existsSync(new URL(`${folder}/${id}.ts`, root)) ? folder : 'src/core/rules/dbt';
}

function write(path: string, text: string): void {
  const url = new URL(path, root);
  if (read(url) === text) return;
  if (check) stale.push(path);
  else writeFileSync(url, text);
}

function read(url: URL): string | null {
  try {
    return readFileSync(url, 'utf8');
  } catch {
    return null;
  }
}

function replaceBetween(path: string, mark: string, text: string): void {
  const old = read(new URL(path, root)) ?? '';
  const pattern = new RegExp(`(<!-- ${mark}:start -->\n)[\\s\\S]*?(<!-- ${mark}:end -->)`);
  write(path, old.replace(pattern, (_, start: string, end: string) => `${start}${text}${end}`));
}

/** Every import between modules of src, as dependency-cruiser reads them. */
function cruise(): readonly { readonly from: string; readonly to: string }[] {
  const output = execFileSync('npx', ['depcruise', '--config', '.config/dependency-cruiser.mjs', '--output-type', 'json', 'src'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const { modules } = JSON.parse(output) as { modules: { source: string; dependencies: { resolved: string }[] }[] };
  return modules.flatMap(({ source, dependencies }) => dependencies.map(({ resolved }) => ({ from: source, to: resolved })));
}
