import { expect, it } from '@jest/globals';
import type { EvidenceSource } from '#review';
import { reviewPullRequest } from '#review';
import { aManifest, aModel, byId, type Json } from '../support/manifests.ts';
import { aRequest, aSet, aWorld, BASE } from '../support/review-ports.ts';

function thousandModels(sql: string, schema: string): Json {
  const models = Array.from({ length: 1_000 }, (_, at) => {
    const name = `m${String(at).padStart(3, '0')}`;
    return aModel(name, { raw_code: sql, compiled_code: sql, schema, relation_name: `"db"."${schema}"."${name}"` });
  });
  return aManifest({ nodes: byId(...models) });
}

/** Counts ten rows of everything, and knows nothing else. */
function aCounter(): EvidenceSource & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    kinds: ['row-count'],
    answer: ({ key }) => {
      asked.push(key);
      return Promise.resolve({
        known: true,
        kind: 'row-count',
        rows: 10,
        source: 'a warehouse',
        at: '2026-03-01T00:00:00Z',
      });
    },
  };
}

async function commentOf(
  policy: string,
): Promise<{ readonly comment: string; readonly checks: string; readonly asked: number }> {
  const counter = aCounter();
  const world = aWorld({
    artifacts: {
      base: aSet(thousandModels('select 1 as id', 'main')),
      head: aSet(thousandModels('select 2 as id', 'pr_7')),
    },
    evidence: [counter],
    files: { [`${BASE}:.github/weirkeeper.yml`]: `version: 1\n${policy}` },
  });
  await reviewPullRequest(aRequest(), world.ports);
  const publication = world.published[0]?.publication;
  const checks = publication?.checkRuns.find(({ name }) => name === 'weirkeeper / row-count');
  return { comment: publication?.comment ?? '', checks: checks?.summary ?? '', asked: counter.asked.length };
}

it('a review of 1,000 changed models asks no more than the policy allows, and its comment names what was not measured', async () => {
  const { comment, checks, asked } = await commentOf('data: { max_questions: 100 }\n');
  expect(asked).toBe(100);
  // 300 relations may be counted, 50 of them fit into the questions, 700 were not even asked for.
  for (const told of [comment.replaceAll(/[\\`]/g, ''), checks.replaceAll('`', '')]) {
    expect(told).toContain('not measured: more than the 100 questions that one review may ask');
    expect(told).toContain('model.shop.m050, model.shop.m051, model.shop.m052 and 247 more');
    expect(told).toContain('700 more relations were not counted');
  }
  // 50 of them have their columns compared, where the questions reach that far.
  expect(comment).toContain('950 more relations not compared');
  expect(comment).toMatch(/row-count \|[^|\n]*unknown/);
});

it('with room for all it names nothing', async () => {
  const { comment, asked } = await commentOf(
    'data: { max_questions: 5000 }\ngates: { row-count: { max_relations: 1000 }, keys: { mode: off }, values: { mode: off } }\n',
  );
  expect(asked).toBe(2_000);
  expect(comment).not.toMatch(/not measured:|not counted|not compared/);
  expect(comment).toContain('1000 relations counted, none moved');
});
