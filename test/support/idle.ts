import { setTimeout as sleep } from 'node:timers/promises';
import type { Store } from '#edges/database';
import type { GitHubDouble } from './github-double/index.ts';

/** Waits until every accepted job is done and no webhook is under way. Fails when a job failed for good, or after `timeoutMs`. */
export async function untilIdle(
  github: GitHubDouble,
  store: Pick<Store, 'countJobs'>,
  timeoutMs = 45_000,
): Promise<void> {
  const end = Date.now() + timeoutMs;
  // Idle twice in a row: what the last job wrote may come back as a webhook.
  for (let idle = 0; idle < 2; ) {
    await github.settled();
    const { waiting, failed } = await store.countJobs();
    if (failed > 0) throw new Error(`${String(failed)} jobs failed for good`);
    if (Date.now() > end) throw new Error(`${String(waiting)} jobs are not done after ${String(timeoutMs / 1000)} s`);
    idle = waiting === 0 ? idle + 1 : 0;
    if (idle === 0) await sleep(25);
  }
}

/** All of an exported audit log. */
export async function linesOf(exported: AsyncIterable<string>): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const line of exported) lines.push(line);
  return lines;
}
