// Prints every finding of the gate "pii" on the real pull requests of the corpora, for the judgement in docs/evidence/pii.md.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

interface Printed {
  readonly gates: readonly {
    readonly id: string;
    readonly outcome: string;
    readonly summary?: string;
    readonly findings: readonly {
      readonly message_id: string;
      readonly unique_id: string;
      readonly column: string | null;
      readonly text: string;
      readonly basis: string;
    }[];
  }[];
}

const given = process.env['WEIRKEEPER_CORPORA'] ?? '../shared/corpora';
const corpora = resolve(given, 'pull-requests');
if (!existsSync(corpora)) {
  console.log(`skipped: no corpora at ${given} (set WEIRKEEPER_CORPORA)`);
  process.exit(0);
}
const pairs = readdirSync(corpora).flatMap((repository) =>
  readdirSync(join(corpora, repository)).map((pull) => join(repository, pull)),
);
const counts = new Map<string, number>();
const outcomes = new Map<string, number>();
for (const pair of pairs) {
  const file = (name: string) => join(corpora, pair, name);
  const { stdout } = spawnSync(
    process.execPath,
    [
      ...['src/cli/weirkeeper.mjs', 'review', '--format', 'json', '--pr', file('pr.json')],
      ...['--base', file('base.manifest.json.gz'), '--base-catalog', file('base.catalog.json.gz')],
      ...['--head', file('head.manifest.json.gz'), '--head-catalog', file('head.catalog.json.gz')],
    ],
    { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
  );
  const gate = (JSON.parse(stdout) as Printed).gates.find(({ id }) => id === 'pii');
  outcomes.set(gate?.outcome ?? 'none', (outcomes.get(gate?.outcome ?? 'none') ?? 0) + 1);
  for (const { message_id, basis, text } of gate?.findings ?? []) {
    counts.set(message_id, (counts.get(message_id) ?? 0) + 1);
    console.log(`${pair}: ${message_id} (${basis}): ${text}`);
  }
  if (gate?.outcome === 'unknown') console.log(`${pair}: unknown: ${gate.summary ?? ''}`);
}
console.log(`\n${pairs.length} pull requests: ${[...outcomes].map(([outcome, n]) => `${n} ${outcome}`).join(', ')}`);
for (const [message, n] of [...counts].sort()) console.log(`${String(n).padStart(5)}  ${message}`);
