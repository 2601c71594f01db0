import { describe, expect, it } from '@jest/globals';
import { sha256 } from '#core/audit';
import { RepositoryError } from '#core/base';
import { collectSnapshot } from '../../src/review/collect-snapshot.ts';
import { aPullRequest } from '../support/changes.ts';
import { aRequest, aSet, aWorld, BASE, editedOrders, HEAD, noSet, shop } from '../support/review-ports.ts';

const POLICY = '.github/weirkeeper.yml';

describe('collectSnapshot', () => {
  it('holds the pull request, both sides and what they say of themselves, the base first', async () => {
    const stale = { code: 'stale-base', text: 'the base is old' };
    const artifacts = {
      base: aSet(shop('select 1'), { evidence: '{"a":1}', stale }),
      head: aSet(shop('select 2'), { evidence: '{"b":2}' }),
    };
    const { sides, evidence, pullRequest } = await collectSnapshot(aRequest(), aWorld({ artifacts }).ports);
    expect(evidence).toEqual(['{"a":1}', '{"b":2}']);
    expect(pullRequest?.number).toBe(7);
    expect(sides).toMatchObject({ pullRequest, base: { stale, origin: 'memory' }, head: { stale: null } });
  });

  it('leaves out evidence that a side does not bring', async () => {
    const { evidence } = await collectSnapshot(aRequest(), aWorld().ports);
    expect(evidence).toEqual([]);
  });

  it('does not believe evidence of sides that cannot be compared', async () => {
    const head = aSet('not JSON', { evidence: '{"b":2}' });
    const world = aWorld({ artifacts: { ...editedOrders(), head } });
    const { sides, evidence } = await collectSnapshot(aRequest(), world.ports);
    expect(sides).toMatchObject({ code: 'artifact-not-json' });
    expect(evidence).toEqual([]);
  });

  it('works with defaults where the base has no policy', async () => {
    const { policy, policyFile } = await collectSnapshot(aRequest(), aWorld().ports);
    expect([policy.mode, policyFile]).toEqual(['enforcing', null]);
  });

  it('asks for artifacts as the policy of the base says, and keeps the policy’s digest', async () => {
    const text = 'version: 1\nartifacts:\n  source: committed\n  path: dbt/target\n';
    const world = aWorld({ files: { [`${BASE}:${POLICY}`]: text } });
    const { policyFile } = await collectSnapshot(aRequest(), world.ports);
    expect(world.settings.map(({ source, path }) => [source, path])).toEqual([
      ['committed', 'dbt/target'],
      ['committed', 'dbt/target'],
    ]);
    expect(policyFile).toEqual({ path: POLICY, sha: BASE, digest: sha256(text) });
  });

  describe('reads the data contracts that the policy names, from the base', () => {
    const policy = 'gates:\n  pii:\n    contracts: [contracts/people.yaml]\n';
    const withContract = (text: string | null) =>
      aWorld({
        files: {
          [`${BASE}:${POLICY}`]: policy,
          ...(text === null ? {} : { [`${BASE}:contracts/people.yaml`]: text }),
        },
      });

    it('and hands them on', async () => {
      const { sides } = await collectSnapshot(aRequest(), withContract('kind: DataContract\n').ports);
      expect(sides).toMatchObject({
        contracts: [{ path: 'contracts/people.yaml', content: { kind: 'DataContract' } }],
      });
    });

    it.each<[string, string | null, RegExp]>([
      ['is not there', null, /contracts\/people\.yaml: .*not there on the base branch; .*weirkeeper\.yml/],
      ['is not YAML', 'a: 1\nb: [1', /contracts\/people\.yaml:2:.* not YAML/],
      ['is no object', '- a', /contracts\/people\.yaml:1:1 .*no object/],
    ])('and stops where one %s', async (_, text, message) => {
      await expect(collectSnapshot(aRequest(), withContract(text).ports)).rejects.toThrow(message);
    });
  });

  it('reads what the author declares in a file of head, without what base’s says already', async () => {
    const path = '.github/weirkeeper-expect.yml';
    const old = '- a rows +1 because x\n';
    const files = {
      [`${HEAD}:${path}`]: `expect:\n${old}- b rows +1 because y\n`,
      [`${BASE}:${path}`]: `expect:\n${old}`,
    };
    const { sides } = await collectSnapshot(aRequest(), aWorld({ files }).ports);
    expect(sides).toMatchObject({
      expectations: [{ where: `${path}:3`, text: 'b rows +1 because y', problem: null }],
    });
    const binary = { [`read file ${path}`]: new RepositoryError('file-not-text', 'is not UTF-8 text') };
    const { sides: told } = await collectSnapshot(aRequest(), aWorld({ failing: binary }).ports);
    expect(told).toMatchObject({ expectations: [{ where: `${path}:1`, text: '' }] });
  });

  it('stops at a policy that is not YAML before it fetches anything', async () => {
    const world = aWorld({ files: { [`${BASE}:${POLICY}`]: 'version: [1' } });
    await expect(collectSnapshot(aRequest(), world.ports)).rejects.toBeInstanceOf(RepositoryError);
    expect(world.effects.filter((effect) => effect.startsWith('fetch'))).toEqual([]);
  });

  it('reviews without a pull request, as on the command line', async () => {
    const { sides, pullRequest } = await collectSnapshot(aRequest(), aWorld({ pullRequest: null }).ports);
    expect(pullRequest).toBeNull();
    expect(sides).toMatchObject({ pullRequest: null });
  });

  it('gives the pull request to the artifact source, and the side’s own reason back', async () => {
    const head = noSet('no-artifact', 'no workflow artifact dbt-head', 'add the lines');
    const world = aWorld({ pullRequest: aPullRequest('a.sql'), artifacts: { ...editedOrders(), head } });
    const { sides } = await collectSnapshot(aRequest(), world.ports);
    expect(sides).toEqual({ code: 'no-artifact', text: 'no workflow artifact dbt-head', remedy: 'add the lines' });
  });
});
