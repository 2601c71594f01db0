import type { PullRequest } from '#core/change';
import type { AssistanceEvidence } from './assistance.ts';
import { plainText } from './trailers.ts';

/** What tools leave in a pull request's text: session and task links, and the sentence they end it with. */
const MARKS: readonly { readonly tool: string; readonly pattern: RegExp; readonly score: number }[] = [
  { tool: 'Claude', pattern: /Generated with \[Claude Code\]\(https:\/\/claude\.(com|ai)\/[^)\s]*\)/i, score: 90 },
  { tool: 'Claude', pattern: /https:\/\/claude\.ai\/code\/session_\w+/i, score: 90 },
  { tool: 'Codex', pattern: /Generated with \[Codex\]\(https:\/\/openai\.com\/codex\/?\)/i, score: 90 },
  { tool: 'Codex', pattern: /https:\/\/chatgpt\.com\/codex\/tasks\/task_\w+/i, score: 90 },
  { tool: 'Devin', pattern: /https:\/\/app\.devin\.ai\/sessions\/[0-9a-f]+/i, score: 90 },
  { tool: 'Copilot', pattern: /gh\.io\/copilot-coding-agent-tips/i, score: 85 },
  { tool: 'Cursor', pattern: /Made with \[Cursor\]\(https:\/\/cursor\.com\/?[^)]*\)/i, score: 85 },
  { tool: 'Cursor', pattern: /https:\/\/cursor\.com\/agents/i, score: 85 },
  { tool: 'Jules', pattern: /PR created automatically by Jules for task/i, score: 90 },
];

/** A ticked box that says an LLM helped is the author's own word. */
const DISCLOSURE =
  /^[ \t]*[-*][ \t]*\[x\][^\n]*\b(ai|llm|copilot|chatgpt|claude|codex|cursor|gemini)\b[^\n]*\b(assist|generat|wrote|written|used|help)/im;

/** Marks in the body, HTML comments stripped first: templates hold unticked examples there. */
export function detectBody(pullRequest: PullRequest): readonly AssistanceEvidence[] {
  const raw = pullRequest.body.slice(0, 100_000);
  const body = plainText(raw);
  const found: AssistanceEvidence[] = [];
  for (const { tool, pattern, score } of MARKS) {
    const text = pattern.exec(body)?.[0];
    if (text !== undefined) found.push({ kind: 'body', where: 'body', tool, text: text.slice(0, 200), score });
  }
  // The coding agent's own marker is an HTML comment, which is stripped above.
  if (raw.includes('<!-- START COPILOT CODING AGENT')) {
    found.push({ kind: 'body', where: 'body', tool: 'Copilot', text: 'START COPILOT CODING AGENT', score: 85 });
  }
  const disclosed = DISCLOSURE.exec(body)?.[0];
  if (disclosed !== undefined && !/\b(no|not|without)\b/i.test(disclosed)) {
    found.push({ kind: 'disclosure', where: 'body', tool: null, text: disclosed.trim().slice(0, 200), score: 90 });
  }
  return found;
}
