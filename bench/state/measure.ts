// One measurement in a process of its own: `measure.ts parse|state|again|kept FILES` prints its CPU seconds and peak memory as
// JSON. `again` is `state` once more in a process that has done it before; `kept` is JSON.parse of what is left of a manifest
// after reading, and `found` its bytes.
import { readFileSync } from 'node:fs';
import { type ReadManifest, readManifest, selectState } from '#core/dbt';

const [what = '', ...paths] = process.argv.slice(2);
if (what === 'again') for (let round = 0; round < 5; round++) select(paths);
const kept = what === 'kept' ? writeKept(paths) : '';
const before = process.cpuUsage();
const began = performance.now();
const found = what === 'parse' ? parse(paths) : what === 'kept' ? parseKept(kept) : select(paths);
const { user, system } = process.cpuUsage(before);
const wall = (performance.now() - began) / 1_000;
console.log(
  JSON.stringify({
    cpu: (user + system) / 1_000_000,
    wall,
    peakMb: process.resourceUsage().maxRSS / 1_024,
    found,
  }),
);

/** Nothing but JSON.parse of the files. */
function parse(files: readonly string[]): number {
  const values = files.map((path) => JSON.parse(readFileSync(path, 'utf8')) as unknown);
  return values.length;
}

/** How many nodes `state:modified` selects, tests pulled along not counted; of one file alone, how many it has. */
function select([base = '', head]: readonly string[]): number {
  const known = read(base);
  if (head === undefined) return known.project.nodes.size;
  const states = selectState(known.project, read(head, known).project);
  return [...states.values()].filter((state) => state.has('modified')).length;
}

/** What Weirkeeper has in memory of a manifest, as JSON. */
function writeKept([path = '']: readonly string[]): string {
  const { entries } = read(path).sections;
  const values = [...entries].map(([section, placed]) => [section, [...placed].map(([id, { value }]) => [id, value])]);
  return JSON.stringify(values);
}

function parseKept(text: string): number {
  return JSON.parse(text) === null ? 0 : text.length;
}

function read(path: string, known?: ReadManifest): ReadManifest {
  const parsed = readManifest(readFileSync(path), path, known === undefined ? {} : { known });
  if (!parsed.ok) throw new TypeError(parsed.reason.text);
  return parsed.value;
}
