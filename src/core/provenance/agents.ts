/** Known LLM tools: how each signs commits, names its accounts, branches and pull requests. Facts as published by the tools. */
export interface Agent {
  readonly tool: string;
  /** Exact e-mail addresses, lower case. */
  readonly emails: readonly string[];
  /** Numeric ids of GitHub's noreply addresses (`<id>+<login>@users.noreply.github.com`): they outlive renames. */
  readonly noreplyIds: readonly string[];
  /** GitHub logins, lower case. */
  readonly logins: readonly string[];
  /** Bare names that stand for the tool in a trailer, lower case, without a model in brackets. */
  readonly names: readonly string[];
  readonly branchPrefixes: readonly string[];
}

function agent(tool: string, facts: Partial<Omit<Agent, 'tool'>>): Agent {
  return { tool, emails: [], noreplyIds: [], logins: [], names: [tool.toLowerCase()], branchPrefixes: [], ...facts };
}

export const agents: readonly Agent[] = [
  agent('Claude', {
    emails: ['noreply@anthropic.com', 'no-reply@anthropic.com'],
    logins: ['claude[bot]'],
    names: ['claude', 'claude code', 'claude opus', 'claude sonnet', 'claude haiku'],
    branchPrefixes: ['claude/'],
  }),
  agent('Codex', {
    emails: ['noreply@openai.com', 'codex@openai.com'],
    logins: ['chatgpt-codex-connector[bot]', 'openai-codex[bot]'],
    names: ['codex', 'openai codex', 'chatgpt'],
    branchPrefixes: ['codex/'],
  }),
  agent('Copilot', {
    emails: ['copilot@github.com'],
    noreplyIds: ['175728472', '198982749', '223556219'],
    logins: ['copilot', 'copilot-swe-agent[bot]', 'copilot-swe-agent'],
    names: ['copilot', 'github copilot', 'copilot-swe-agent[bot]'],
    branchPrefixes: ['copilot/'],
  }),
  agent('Cursor', {
    emails: ['cursoragent@cursor.com'],
    logins: ['cursor[bot]', 'cursoragent'],
    names: ['cursor', 'cursor agent'],
    branchPrefixes: ['cursor/'],
  }),
  agent('Devin', {
    noreplyIds: ['158243242'],
    logins: ['devin-ai-integration[bot]'],
    names: ['devin', 'devin ai'],
    branchPrefixes: ['devin/'],
  }),
  agent('Jules', {
    noreplyIds: ['161369871'],
    logins: ['google-labs-jules[bot]'],
    names: ['jules', 'google jules', 'google-labs-jules[bot]'],
    branchPrefixes: ['jules-', 'jules/'],
  }),
  agent('Amp', { emails: ['amp@ampcode.com'] }),
  agent('Aider', { emails: ['aider@aider.chat', 'noreply@aider.chat'], branchPrefixes: ['aider/'] }),
  agent('Gemini', {
    emails: ['gemini-cli-agent@google.com', 'gemini-cli-robot@google.com'],
    logins: ['gemini-cli[bot]'],
    names: ['gemini', 'gemini cli', 'google gemini'],
    branchPrefixes: ['gemini/'],
  }),
  agent('OpenCode', { emails: ['noreply@opencode.ai'] }),
  agent('Cline', { emails: ['noreply@cline.bot'], branchPrefixes: ['cline/'] }),
  agent('Goose', { emails: ['opensource@block.xyz'], names: ['codename goose'] }),
  agent('Windsurf', { emails: ['noreply@codeium.com'] }),
  agent('Pi', { emails: ['noreply@pi.dev'], names: [] }),
  agent('Roo', { emails: ['roomote@roocode.com'], names: ['roo code', 'roomote'] }),
  agent('Droid', { emails: ['droid@factory.ai'], logins: ['factory-droid[bot]'], names: ['factory droid'] }),
  agent('OpenHands', { emails: ['openhands@all-hands.dev'], logins: ['openhands-agent'] }),
  agent('Amazon Q', { logins: ['amazon-q-developer[bot]'] }),
  agent('Codegen', { logins: ['codegen-sh[bot]'], names: [] }),
  agent('Sweep', { logins: ['sweep-ai[bot]'], names: [] }),
  agent('Lovable', { logins: ['lovable-dev[bot]'], names: [] }),
  agent('v0', { logins: ['v0[bot]'], names: [] }),
];

/** Bots whose co-authorship means that a review suggestion was accepted: the change was touched, not written. */
export const suggestionBots: readonly string[] = [
  'coderabbitai[bot]',
  'sourcery-ai[bot]',
  'gemini-code-assist[bot]',
  'greptile-apps[bot]',
  'ellipsis-dev[bot]',
  'graphite-app[bot]',
];

/** Bots that write no SQL of their own: never a sign of an LLM. */
export const plainBots: readonly string[] = [
  'dependabot[bot]',
  'renovate[bot]',
  'github-actions[bot]',
  'pre-commit-ci[bot]',
  'web-flow',
];

/** The tool that owns an e-mail address, by exact address or by the numeric id of GitHub's noreply form. */
export function toolOfEmail(email: string): string | null {
  const address = email.toLowerCase();
  const id = /^(\d+)\+[^@]*@users\.noreply\.github\.com$/.exec(address)?.[1];
  for (const { tool, emails, noreplyIds } of agents) {
    if (emails.includes(address) || (id !== undefined && noreplyIds.includes(id))) return tool;
  }
  return null;
}

/** The tool that owns a GitHub login. */
export function toolOfLogin(login: string): string | null {
  return agents.find(({ logins }) => logins.includes(login.toLowerCase()))?.tool ?? null;
}

/**
 * The tool that a bare name stands for. A model or a version may follow the name ("Claude Opus 4.8 (1M context)"),
 * another word may not: "Claude Martin" and "Devin Smith" are people.
 */
export function toolOfName(name: string): string | null {
  const bare = name
    .toLowerCase()
    .replace(/\(.*\)/, '')
    .replace(/[:@/]/g, ' ')
    .trim()
    .replace(/\s+/g, ' ');
  for (const { tool, names } of agents) {
    if (names.some((known) => bare === known || isVersion(bare, known))) return tool;
  }
  return null;
}

function isVersion(name: string, known: string): boolean {
  return name.startsWith(`${known} `) && /^v?\d[\w.-]*$/.test(name.slice(known.length + 1));
}
