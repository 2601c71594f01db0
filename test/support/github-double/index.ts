/** GitHub as an App sees it, on loopback over a real git repository: start it, act as its people, read what was published. */
export { startGitHubDouble, type GitHubDouble, type GitHubDoubleOptions, type RepositoryDouble } from "./start.ts";
export { limits, type Limit } from "./limits.ts";
export { newKeyPair } from "./app-identity.ts";
export { sign } from "./webhooks.ts";
export type { Fault } from "./faults.ts";
export type { PublishedState } from "./published.ts";
export type { CommitWish } from "./history.ts";
export type { FileChanges } from "./git.ts";
export type { NewPullRequest } from "./verbs-pulls.ts";
export type { NewArtifact, NewWorkflowRun } from "./verbs-checks.ts";
export type { Artifact, CheckRun, Delivery, Permissions, PullRequest, RequestEntry, WorkflowRun } from "./state.ts";
