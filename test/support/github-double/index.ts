/** GitHub as an App sees it, on loopback over a real git repository: start it, act as its people, read what was published. */
export { newKeyPair } from './app-identity.ts';
export { limits } from './limits.ts';
export { type GitHubDouble, startGitHubDouble } from './start.ts';
export type { PullRequest } from './state.ts';
export { sign } from './webhooks.ts';
