import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { installSqlglot } from './install-sqlglot.ts';
import { conformanceCache } from './install-sqlglot.ts';
import type { Case } from './lineage-cases.ts';

/** What sqlglot says of one statement. */
export interface SqlglotAnswer {
  readonly columns: Readonly<Record<string, readonly string[]>>;
  readonly error: string | null;
  /** CPU milliseconds, from the text of the statement to the lineage of every column; the import is not counted. */
  readonly ms: number;
}

interface Line extends SqlglotAnswer {
  readonly key: string;
}

/**
 * sqlglot's answers by the case's key. One Python process takes all statements, one after the other; one that takes more than a
 * minute of CPU is given up. With `keep`, answers stand in the cache for the next run, under what was asked and the version: a run
 * that is ended goes on where it was. Says every 500 statements how far it is.
 */
export async function askSqlglot(
  asked: readonly Case[],
  { python, sources, version }: ReturnType<typeof installSqlglot>,
  keep: boolean,
): Promise<ReadonlyMap<string, SqlglotAnswer>> {
  const file = join(conformanceCache, `sqlglot-answers-${version}.jsonl`);
  const kept = keep && existsSync(file) ? toAnswers(readFileSync(file, 'utf8')) : new Map<string, SqlglotAnswer>();
  const answers = new Map<string, SqlglotAnswer>();
  const open: Case[] = [];
  for (const one of asked) {
    const known = kept.get(digestOf(one));
    if (known === undefined) open.push(one);
    else answers.set(one.key, known);
  }
  if (answers.size > 0) console.log(`${answers.size} of ${asked.length} answers of sqlglot are kept from before`);
  if (open.length === 0) return answers;
  if (keep) mkdirSync(dirname(file), { recursive: true });

  const script = join(import.meta.dirname, 'ask-sqlglot.py');
  const child = spawn(python, [script, sources, 'answer'], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(open.map((one) => JSON.stringify(one)).join('\n'));
  let at = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const { key, ...answer } = JSON.parse(line) as Line;
    const one = open[at++];
    if (one?.key !== key) throw new Error(`sqlglot answered ${key} where ${one?.key ?? 'nothing'} was asked`);
    answers.set(key, answer);
    if (keep) appendFileSync(file, `${JSON.stringify({ ...answer, key: digestOf(one) })}\n`);
    if (at % 500 === 0) console.log(`sqlglot: ${at} of ${open.length} statements`);
  }
  if (at < open.length) throw new Error(`sqlglot ended after ${at} of ${open.length} statements`);
  return answers;
}

/** A line that was cut when a run was ended is asked again. */
function toAnswers(lines: string): Map<string, SqlglotAnswer> {
  const answers = new Map<string, SqlglotAnswer>();
  for (const line of lines.split('\n')) {
    if (!line.endsWith('}')) continue;
    const { key, ...answer } = JSON.parse(line) as Line;
    answers.set(key, answer);
  }
  return answers;
}

function digestOf({ sql, dialect, schema, sources }: Case): string {
  return createHash('sha256')
    .update(JSON.stringify([sql, dialect, schema, sources ?? null]))
    .digest('hex');
}
