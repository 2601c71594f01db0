import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';

type Entries = Readonly<Record<string, unknown>>;
type Manifest = Readonly<Record<string, Entries>>;

/** Sections of which every copy has its own entries; macros and the rest stand once. */
const copied: ReadonlySet<string> = new Set(['nodes', 'parent_map', 'child_map']);

/**
 * Writes a manifest of `copies` times the models of one that dbt wrote, each copy with names of its own, in dbt's own form of
 * JSON. `later` moves every time at which a node was parsed, as another run of dbt would.
 */
export function scaleManifest(from: string, to: string, copies: number, later: number): void {
  const manifest = JSON.parse(readFileSync(from, 'utf8')) as Manifest;
  const file = openSync(to, 'w');
  const sections = Object.entries(manifest);
  writeSync(file, '{');
  for (const [at, [name, entries]] of sections.entries()) {
    writeSync(file, `${at === 0 ? '' : ', '}"${name}": `);
    if (copied.has(name)) writeCopies(file, entries, copies, later);
    else writeSync(file, asPython(entries));
  }
  writeSync(file, '}');
  closeSync(file);
}

function writeCopies(file: number, entries: Entries, copies: number, later: number): void {
  const members = asPython(entries).slice(1, -1);
  writeSync(file, '{');
  for (let copy = 0; copy < copies; copy++) {
    const named = members
      .replaceAll('model_', `copy${copy}_model_`)
      .replace(
        /"created_at": (\d+)\.(\d+)/g,
        (_, seconds: string, rest: string) => `"created_at": ${Number(seconds) + later}.${rest}`,
      );
    writeSync(file, `${copy === 0 ? '' : ', '}${named}`);
  }
  writeSync(file, '}');
}

/** JSON with a blank behind commas and colons, as Python writes it. */
function asPython(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(asPython).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}: ${asPython(inner)}`);
  return `{${members.join(', ')}}`;
}
