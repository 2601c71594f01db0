import type { GitHubDouble } from './github-double/index.ts';

/** What must stand in no log, whatever happened: credentials, SQL, and texts of the demo's pull requests and reviews. */
const canaries: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['an installation token', /gh[a-z]_[A-Za-z0-9]/],
  ['a JWT', /eyJ[A-Za-z0-9_-]{10,}\./],
  ['a private key', /PRIVATE KEY/],
  ['the key of an LLM', /sk-canary/],
  ['SQL', /\bselect\b.{1,200}\bfrom\b|\bleft join\b|delete from|\bis_latest\b|contactability\./is],
  ['a title', /Show disputed charges|Name the contact point|Tidy the firing models|Close the market stalls/],
  ['a body', /the grain of|No logic changes|No change of meaning|We no longer sell/],
  ['a commit message', /Round peaks to whole degrees|Carry the charge revision|Keep the latest revision/],
  ['a trailer', /noreply@anthropic\.com/],
  ['a comment of the review', /Safe if|Looked at \d+ modified/],
  ['a reply of the LLM', /disputed twice|two currencies/],
];

/** Lines of a log that hold what none may hold, each with what it is. */
export function leaksIn(log: string, github: Pick<GitHubDouble, 'webhookSecret'>): readonly string[] {
  return log
    .split('\n')
    .flatMap((line) => [
      ...(line.includes(github.webhookSecret) ? [`the webhook secret: ${line}`] : []),
      ...canaries.filter(([, pattern]) => pattern.test(line)).map(([what]) => `${what}: ${line}`),
    ]);
}
