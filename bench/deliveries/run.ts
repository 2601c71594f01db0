import { setTimeout as sleep } from 'node:timers/promises';
import { verifyAuditLog } from '#core/audit';
import type { AppSettings } from '../../test/soak/app-process.ts';
import { type Child, startChild } from '../../test/soak/child.ts';
import { freePort, onPostgres } from '../../test/soak/places.ts';
import type { Play, Played } from './github-process.ts';

interface Wish extends Omit<Play, 'urls'> {
  readonly processes: number;
  /** Reviews at a time in each process. */
  readonly concurrency: number;
  /** Whether writes to GitHub are kept apart as in production. */
  readonly spaced: boolean;
  /** Pull requests that are reviewed before anything is measured, so that every process has started its SQL engines. */
  readonly warmUp: number;
}

export interface Run {
  readonly processes: number;
  readonly concurrency: number;
  readonly played: Played;
  /** Lines of the exported log. */
  readonly log: readonly string[];
  /** From the first step until the last job was done. */
  readonly workSeconds: number;
  readonly clean: boolean;
  readonly problems: readonly string[];
}

const settleMs = 30 * 60_000;

/** Plays a story to so many App processes on an empty database, and waits until all work is done. */
export async function run({ processes, concurrency, spaced, warmUp, ...play }: Wish): Promise<Run> {
  const place = await onPostgres();
  if (place === null) throw new Error('this needs PostgreSQL');
  const github = startChild('../../bench/deliveries/github-process.ts', []);
  const apps: Child[] = [];
  try {
    const known = await github.ask<Readonly<Record<string, unknown>>>('ready');
    const urls: string[] = [];
    for (let n = 0; n < processes; n += 1) {
      const app = startChild('app-process.ts', [JSON.stringify(settingsOf(concurrency, spaced))], {
        ...place.variables,
        APP_ID: String(known['appId']),
        PRIVATE_KEY: String(known['privateKey']),
        WEBHOOK_SECRET: String(known['webhookSecret']),
        GITHUB_API_URL: String(known['url']),
        HOST: '127.0.0.1',
        PORT: String(await freePort()),
        LOG_LEVEL: process.env['WEIRKEEPER_SOAK_LOG'] ?? 'silent',
      });
      apps.push(app);
      urls.push(await app.ask<string>('url'));
    }
    const first = Array.from({ length: warmUp }, () => ({ kind: 'open' }) as const);
    await github.tell({ ...play, urls, steps: first }, 'played');
    await untilDone(apps[0]);
    const begun = performance.now();
    await github.tell({ ...play, urls }, 'played');
    const failed = await untilDone(apps[0]);
    const workSeconds = (performance.now() - begun) / 1_000;
    const played = await github.ask<Played>('report');
    const log = (await apps[0]?.ask<readonly string[]>('log')) ?? [];
    const problems = [
      ...played.end.faults,
      ...problemsOf(log, played),
      ...(failed > 0 ? [`${failed} jobs failed for good`] : []),
    ];
    return { processes, concurrency, played, log, workSeconds, clean: problems.length === 0, problems };
  } finally {
    for (const app of apps) await app.kill();
    await github.kill();
    await place.dispose();
  }
}

function settingsOf(concurrency: number, spaced: boolean): AppSettings {
  return {
    spaced,
    store: { concurrency, retryDelaySeconds: 1, maxAttempts: 8 },
    requests: { timeoutMs: 5_000 },
    // What is lost here is lost: nothing looks for it afterwards.
    reconcile: null,
  };
}

/** Waits until no job waits or is in work, twice in a row; gives how many failed for good. */
async function untilDone(app: Child | undefined): Promise<number> {
  const end = Date.now() + settleMs;
  for (let idle = 0; ; ) {
    const { waiting = 0, failed = 0 } = (await app?.ask<{ waiting: number; failed: number }>('jobs')) ?? {};
    idle = waiting === 0 ? idle + 1 : 0;
    if (idle === 2) return failed;
    if (Date.now() > end) throw new Error(`${waiting} jobs are not done after ${settleMs / 60_000} minutes`);
    await sleep(100);
  }
}

/** The log must verify, and hold one review of each head that stands. */
function problemsOf(log: readonly string[], { end }: Played): readonly string[] {
  const check = verifyAuditLog(log);
  const counts = Map.groupBy(reviewsIn(log), ({ head }) => head);
  const wrong = end.pulls.filter(({ head }) => counts.get(head)?.length !== 1);
  return [
    ...(check.ok ? [] : [`the log does not verify: ${JSON.stringify(check).slice(0, 300)}`]),
    ...wrong.map(({ number, head }) => `#${number}: ${counts.get(head)?.length ?? 0} records of its head`),
  ];
}

/** The reviews that the log holds: of which head, and what was said. */
export function reviewsIn(log: readonly string[]): readonly { readonly head: string; readonly verdict: string }[] {
  return log.flatMap((line) => {
    const { payload } = JSON.parse(line) as { readonly payload?: string };
    const statement = JSON.parse(Buffer.from(payload ?? '', 'base64').toString() || '{}') as {
      readonly predicate?: { event?: string; change?: { head?: string }; verdict?: unknown; gates?: unknown };
    };
    const { event, change, verdict, gates } = statement.predicate ?? {};
    return event === 'analysed' ? [{ head: change?.head ?? '', verdict: JSON.stringify([verdict, gates]) }] : [];
  });
}
