import type { PullRequest } from '#core/change';
import { suggestionBots, toolOfEmail, toolOfLogin, toolOfName } from './agents.ts';
import type { AssistanceEvidence } from './assistance.ts';

const TRAILER =
  /^[ \t]*(co-?authored-by|co-?developed-by|assisted-by|ai-assisted(?:-by)?|ai-generated(?:-by)?|llm-assisted-by|generated-by|generated-with|made-with|coding-agent|ai-assistant|claude-session|agent-logs-url|amp-thread-id|entire-checkpoint|entire-session|entire-agent|replit-commit-author|signed-off-by)[ \t]*:[ \t]*(.+?)[ \t]*$/gim;

/** Trailers that only a tool writes: their presence is enough. */
const SESSION_TRAILERS: Readonly<Record<string, string>> = {
  'claude-session': 'Claude',
  'agent-logs-url': 'Copilot',
  'amp-thread-id': 'Amp',
};

/** Model families, as OpenTelemetry's rule wants them named: `gpt-5`, `claude-sonnet-4`. */
const MODEL_NAME = /^(gpt|claude|gemini|llama|mistral|qwen|deepseek|grok)-[\w.-]+$/i;

const NOT_A_TOOL = new Set(['nix-init', 'no', 'none', 'false', 'n/a']);

/** Reads the trailers of every commit and of the body. A trailer is a claim, shown with the text that makes it. */
export function detectTrailers(pullRequest: PullRequest): readonly AssistanceEvidence[] {
  const found: AssistanceEvidence[] = [];
  for (const commit of pullRequest.commits) {
    found.push(...readTrailers(commit.message, `commit ${commit.sha.slice(0, 7)}`));
  }
  found.push(...readTrailers(pullRequest.body, 'body'));
  return found;
}

function readTrailers(message: string, where: string): readonly AssistanceEvidence[] {
  const found: AssistanceEvidence[] = [];
  for (const [line, key = '', value = ''] of plainText(message).matchAll(TRAILER)) {
    const judged = judgeTrailer(key.toLowerCase(), value);
    if (judged !== null)
      found.push({ kind: 'trailer', where, tool: judged.tool, text: line.trim().slice(0, 200), score: judged.score });
  }
  return found;
}

interface Judged {
  readonly tool: string | null;
  readonly score: number;
}

function judgeTrailer(key: string, value: string): Judged | null {
  const session = SESSION_TRAILERS[key];
  if (session !== undefined) return { tool: session, score: 95 };
  if (key.startsWith('entire-')) return { tool: 'Entire', score: 85 };
  if (key === 'replit-commit-author') return /^agent$/i.test(value) ? { tool: 'Replit', score: 90 } : null;
  if (NOT_A_TOOL.has(value.toLowerCase())) return null;
  const { name, email } = splitIdentity(value);
  return email === null ? judgeBareName(key, name) : judgeIdentity(key, name, email);
}

/** A name with an address that is no tool's is a person, whatever the name: people are called Claude. */
function judgeIdentity(key: string, name: string, email: string): Judged | null {
  const tool = toolOfEmail(email);
  if (tool !== null) return { tool, score: key === 'signed-off-by' ? 80 : 90 };
  if (suggestionBots.includes(name.toLowerCase())) return { tool: name, score: 50 };
  const byLogin = toolOfLogin(name);
  return byLogin === null ? null : { tool: byLogin, score: 80 };
}

/** `Assisted-by: Claude` names a tool, `Assisted-by: LLM [sqlfluff]` a kind of tool; a person's name names neither. */
function judgeBareName(key: string, value: string): Judged | null {
  if (key === 'signed-off-by') return null;
  if (/^ai-/.test(key) && /^(true|yes)$/i.test(value)) return { tool: null, score: 80 };
  const name = value
    .replace(/[([].*$/, '')
    .replace(/:.*$/, '')
    .trim();
  const strong = !key.startsWith('co');
  if (strong && /^(llm|ai)$/i.test(name)) return { tool: null, score: 80 };
  if (strong && MODEL_NAME.test(name)) return { tool: name.slice(0, 40), score: 80 };
  const tool = toolOfName(name);
  return tool === null ? null : { tool, score: strong ? 85 : 65 };
}

function splitIdentity(value: string): { name: string; email: string | null } {
  const match = /^(.*?)\s*<([^<>\s]+@[^<>\s]+)>/.exec(value);
  if (match !== null) return { name: (match[1] ?? '').trim(), email: match[2] ?? null };
  return { name: value.trim(), email: null };
}

/** NFKC, without zero-width characters and HTML comments, so that nothing hides a trailer or fakes one. */
export function plainText(text: string): string {
  return text
    .slice(0, 100_000)
    .normalize('NFKC')
    .replace(/[\u200B-\u200F\u2060\uFEFF\u202A-\u202E\u2066-\u2069]/g, '')
    .replace(/<!--[\s\S]*?-->/g, '');
}
