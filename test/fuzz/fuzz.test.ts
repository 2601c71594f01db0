import { expect, it } from '@jest/globals';
import { fuzz } from './run.ts';
import { openTargets } from './targets.ts';

const count = 60;

it('bears mutated webhook bodies, policies, manifests, evidence files and zips', async () => {
  const seed = Math.floor(Math.random() * 1e9);
  const { targets, close } = await openTargets();
  try {
    for (const target of targets) expect((await fuzz(target, count, seed)).problems).toEqual([]);
  } finally {
    await close();
  }
}, 60_000);
