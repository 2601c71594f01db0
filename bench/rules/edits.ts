import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** A labelled edit of one real model; the corpora's README says how far to trust it. */
export interface Edit {
  readonly id: string;
  readonly adapter: string;
  readonly path: string;
  readonly label: 'defect' | 'intended' | 'no_op';
  readonly kind: readonly string[];
  readonly note: string;
  readonly repo: string;
  readonly manifest_pair?: boolean;
  readonly before: string;
  readonly after: string;
}

/** Where the corpora lie: WEIRKEEPER_CORPORA, else beside the checkout. */
export const corpora = resolve(process.env['WEIRKEEPER_CORPORA'] ?? '../shared/corpora');

/** All labelled edits. Ends the process, and says so, where there are none. */
export function readEdits(): readonly Edit[] {
  const path = resolve(corpora, 'model-edits.jsonl');
  if (!existsSync(path)) {
    console.log(`skipped: no ${path} (set WEIRKEEPER_CORPORA)`);
    process.exit(0);
  }
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Edit);
}

/** The model's name. */
export function modelOf({ path }: Edit): string {
  return /([^/]+)\.sql$/.exec(path)?.[1] ?? 'model';
}
