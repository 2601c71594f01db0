import { describe, expect, it } from '@jest/globals';
import { createSpacing } from '../../../src/edges/github/spacing.ts';

describe('turns', () => {
  it('keep writes a second apart, mail three, and reads not at all', () => {
    const turn = createSpacing({ writeMs: 1_000, notifyMs: 3_000 });
    expect(turn('POST', '/repos/{owner}/{repo}/check-runs', 0)).toBe(0);
    expect(turn('PATCH', '/repos/{owner}/{repo}/check-runs/{check_run_id}', 0)).toBe(1_000);
    expect(turn('GET', '/repos/{owner}/{repo}', 0)).toBe(0);
    expect(turn('POST', '/repos/{owner}/{repo}/issues/{issue_number}/comments', 0)).toBe(2_000);
    expect(turn('POST', '/repos/{owner}/{repo}/pulls/{pull_number}/reviews', 2_000)).toBe(3_000);
    expect(turn('PATCH', '/repos/{owner}/{repo}/issues/comments/{comment_id}', 10_000)).toBe(0);
  });
});
