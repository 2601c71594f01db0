import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const folder = new URL('../../../src/edges/github/', import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));
const source = files.map((file) => readFileSync(new URL(file, folder), 'utf8')).join('\n');

/** Octokit's methods that the edge calls, as `pulls.get`. */
const called = [...source.matchAll(/\brest\.(\w+)\.(\w+)/g)].map(([, area, method]) => `${area}.${method}`);

/** All that the edge may change on GitHub. */
const mayWrite = [
  // A token that is narrower than what the App holds.
  'apps.createInstallationAccessToken',
  'apps.redeliverWebhookDelivery',
  'checks.create',
  'checks.update',
  // Checkpoints of the audit log, to a ref that is no branch, where the policy asks for them.
  'git.createCommit',
  'git.createRef',
  'git.createTree',
  'git.updateRef',
  'issues.addLabels',
  'issues.createComment',
  'issues.createLabel',
  'issues.deleteComment',
  'issues.removeLabel',
  'issues.updateComment',
  'pulls.createReview',
];
const reads = /^\w+\.(get|list|compare|download)/;

describe('what the edge can do on GitHub', () => {
  it('is to read, to have webhooks sent again, and to write check runs, comments, labels, reviews and its own ref', () => {
    expect(called.length).toBeGreaterThan(15);
    expect([...new Set(called.filter((method) => !reads.test(method)))].sort()).toEqual(mayWrite);
  });

  it('is neither to approve nor to merge: no such call exists, nor a way around the methods', () => {
    expect(source).not.toMatch(
      /APPROVE\b|REQUEST_CHANGES|dismiss|updateBranch|\.merge\(|\.graphql|octokit\.request|mutation/,
    );
    expect([...source.matchAll(/event: '(\w+)'/g)].map(([, event]) => event)).toEqual(['COMMENT']);
  });

  it('is to move no ref but that of the checkpoints, and to force none', () => {
    expect(source).toContain("const checkpointRef = 'weirkeeper/audit';");
    expect(source).not.toMatch(/force: true|refs\/heads\/[^)]*createRef/);
    expect([...source.matchAll(/git\.(?:createRef|updateRef)\(([^)]*)\)/g)].map(([, given]) => given)).toEqual([
      '{ ...at, ref: `refs/${checkpointRef}`, sha: commit.sha }',
      '{ ...at, ref: checkpointRef, sha: commit.sha, force: false }',
    ]);
  });
});
