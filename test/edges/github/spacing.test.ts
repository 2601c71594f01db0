import { describe, expect, it } from '@jest/globals';
import { createSpacing, type WriteSpacing } from '../../../src/edges/github/spacing.ts';

const spacing = { writeMs: 1_000, notifyMs: 3_000 };
const comments = '/repos/{owner}/{repo}/issues/{issue_number}/comments';

describe('turns', () => {
  it('keep writes a second apart, mail three, and reads not at all', async () => {
    const turn = createSpacing(spacing);
    expect(await turn('POST', '/repos/{owner}/{repo}/check-runs', 0)).toBe(0);
    expect(await turn('PATCH', '/repos/{owner}/{repo}/check-runs/{check_run_id}', 0)).toBe(1_000);
    expect(await turn('GET', '/repos/{owner}/{repo}', 0)).toBe(0);
    expect(await turn('POST', comments, 0)).toBe(2_000);
    expect(await turn('POST', '/repos/{owner}/{repo}/pulls/{pull_number}/reviews', 2_000)).toBe(3_000);
    expect(await turn('PATCH', '/repos/{owner}/{repo}/issues/comments/{comment_id}', 10_000)).toBe(0);
  });

  it('are asked for where several processes write, for writes alone, and are this process’s own when none is given', async () => {
    const asked: (readonly [boolean, WriteSpacing])[] = [];
    let answer: () => Promise<number> = () => Promise.resolve(7_000);
    const turn = createSpacing(spacing, (notifies, of) => {
      asked.push([notifies, of]);
      return answer();
    });
    expect(await turn('GET', '/repos/{owner}/{repo}', 0)).toBe(0);
    expect(await turn('POST', comments, 0)).toBe(7_000);
    answer = () => Promise.reject(new Error('the database is away'));
    expect(await turn('PATCH', '/repos/{owner}/{repo}/check-runs/{check_run_id}', 0)).toBe(1_000);
    expect(asked).toEqual([
      [true, spacing],
      [false, spacing],
    ]);
  });
});
