import { describe, expect, it } from '@jest/globals';
import { toSha } from '#core/base';
import type { Commit, PullRequest } from '#core/change';
import { detectAssistance } from '#core/provenance';

function aCommit(message: string, facts: Partial<Commit> = {}): Commit {
  return {
    sha: '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d',
    message,
    authorName: 'Mara Lind',
    authorEmail: 'mara@tideline.example',
    committerName: 'Mara Lind',
    committerEmail: 'mara@tideline.example',
    authorLogin: 'maralind',
    committerLogin: 'web-flow',
    ...facts,
  };
}

function aPullRequest(facts: Partial<PullRequest> = {}): PullRequest {
  return {
    repository: 'tideline/analytics',
    number: 7,
    title: 'Add the latest inspection',
    body: '',
    author: { login: 'maralind', id: 1, type: 'User' },
    draft: false,
    baseRef: 'main',
    headRef: 'inspection-date',
    baseSha: toSha('b'.repeat(40)),
    headSha: toSha('a'.repeat(40)),
    mergeBaseSha: toSha('b'.repeat(40)),
    fromFork: false,
    labels: [],
    commits: [],
    commitsComplete: true,
    changedFiles: [],
    filesComplete: true,
    ...facts,
  };
}

const trailers: readonly (readonly [trailer: string, level: string, tool: string | null])[] = [
  ['Co-Authored-By: Claude <noreply@anthropic.com>', 'assisted', 'Claude'],
  ['Co-Authored-By: Claude Opus 4.8 (1M context) <noreply@anthropic.com>', 'assisted', 'Claude'],
  ['Co-authored-by: Codex <noreply@openai.com>', 'assisted', 'Codex'],
  ['Co-authored-by: Copilot <198982749+Copilot@users.noreply.github.com>', 'assisted', 'Copilot'],
  ['Co-authored-by: renamed <223556219+other@users.noreply.github.com>', 'assisted', 'Copilot'],
  ['Co-authored-by: Cursor <cursoragent@cursor.com>', 'assisted', 'Cursor'],
  ['Made-with: Cursor', 'assisted', 'Cursor'],
  ['Claude-Session: https://claude.ai/code/session_0123', 'assisted', 'Claude'],
  ['Amp-Thread-ID: https://ampcode.com/threads/T-1', 'assisted', 'Amp'],
  ['Assisted-by: Claude:claude-sonnet-4 [sqlfluff]', 'assisted', 'Claude'],
  ['Assisted-by: LLM [sqlfluff]', 'assisted', null],
  ['Assisted-by: gpt-5', 'assisted', 'gpt-5'],
  ['AI-assisted: true', 'assisted', null],
  ['Co-authored-by: Copilot', 'likely', 'Copilot'],
  [
    'Co-authored-by: coderabbitai[bot] <136622811+coderabbitai[bot]@users.noreply.github.com>',
    'touched',
    'coderabbitai[bot]',
  ],
  ['Assisted-by: Daniel Brandt', 'unknown', null],
  ['Assisted-by: Claude Martin', 'unknown', null],
  ['Assisted-by: nix-init', 'unknown', null],
  ['AI-assisted: no', 'unknown', null],
  ['Co-authored-by: Claude Martin <claude.martin@tideline.example>', 'unknown', null],
  ['Co-authored-by: Someone <someone@anthropic.com>', 'unknown', null],
  ['Co-authored-by: Devin Smith <devin@tideline.example>', 'unknown', null],
  ['Signed-off-by: Mara Lind <mara@tideline.example>', 'unknown', null],
  ['We looked at Co-Authored-By trailers such as Claude', 'unknown', null],
];

describe('trailers', () => {
  it.each(trailers)('%s → %s', (trailer, level, tool) => {
    const found = detectAssistance(aPullRequest({ commits: [aCommit(`Add a column\n\n${trailer}`)] }));
    expect(found.level).toBe(level);
    expect(found.tools).toEqual(tool === null ? [] : [tool]);
  });

  it('names the commit and quotes the line', () => {
    const found = detectAssistance(
      aPullRequest({ commits: [aCommit('x\n\nCo-Authored-By: Claude <noreply@anthropic.com>')] }),
    );
    expect(found.evidence).toEqual([
      {
        kind: 'trailer',
        where: 'commit 1a2b3c4',
        tool: 'Claude',
        text: 'Co-Authored-By: Claude <noreply@anthropic.com>',
        score: 90,
      },
    ]);
  });

  it('is not fooled by zero-width characters, nor by an example inside an HTML comment', () => {
    const hidden = aPullRequest({ commits: [aCommit('x\n\nCo-Auth\u200Bored-By: Claude <noreply@anthropic.com>')] });
    expect(detectAssistance(hidden).level).toBe('assisted');
    const example = aPullRequest({ body: '<!--\nCo-Authored-By: Claude <noreply@anthropic.com>\n-->' });
    expect(detectAssistance(example).level).toBe('unknown');
  });
});

const others: readonly (readonly [what: string, facts: Partial<PullRequest>, level: string])[] = [
  ['an agent opened it', { author: { login: 'Copilot', id: 198982749, type: 'Bot' } }, 'assisted'],
  ['an agent wrote a commit', { commits: [aCommit('x', { authorLogin: 'devin-ai-integration[bot]' })] }, 'assisted'],
  ['an agent address wrote a commit', { commits: [aCommit('x', { authorEmail: 'aider@aider.chat' })] }, 'assisted'],
  ['Aider suffix', { commits: [aCommit('x', { authorName: 'Mara Lind (aider)' })] }, 'assisted'],
  ['dependabot opened it', { author: { login: 'dependabot[bot]', id: 49699333, type: 'Bot' } }, 'unknown'],
  ['branch prefix only', { headRef: 'codex/fix-join' }, 'likely'],
  ['a branch about a person', { headRef: 'claudette/fix' }, 'unknown'],
  ['a task link in the body', { body: 'See https://chatgpt.com/codex/tasks/task_0a1b' }, 'assisted'],
  [
    'the sentence Claude Code ends with',
    { body: 'Generated with [Claude Code](https://claude.com/claude-code)' },
    'assisted',
  ],
  ['a ticked disclosure', { body: '- [x] AI was used to generate parts of this' }, 'assisted'],
  ['a ticked denial', { body: '- [x] No AI was used to generate this' }, 'unknown'],
  ['an unticked disclosure', { body: '- [ ] AI was used to generate parts of this' }, 'unknown'],
];

describe('other evidence', () => {
  it.each(others)('%s', (_what, facts, level) => {
    expect(detectAssistance(aPullRequest(facts)).level).toBe(level);
  });

  it('says when the list of commits was cut', () => {
    expect(detectAssistance(aPullRequest({ commitsComplete: false })).note?.code).toBe('commits-cut');
  });

  it('knows nothing without a pull request', () => {
    expect(detectAssistance(null)).toEqual({ level: 'unknown', evidence: [], tools: [], note: null });
  });
});
