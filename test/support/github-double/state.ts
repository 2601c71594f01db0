import type { Json } from './json.ts';

/** What the double remembers. Everything a route changes is in here; times are ISO 8601 in UTC. */
export interface State {
  readonly users: User[];
  readonly repositories: Repository[];
  readonly tokens: InstallationToken[];
  readonly requests: RequestEntry[];
  readonly deliveries: Delivery[];
  readonly forbidden: ForbiddenAttempt[];
  readonly counters: Map<string, number>;
}

export type Permissions = Readonly<Record<string, 'read' | 'write' | 'admin'>>;

export interface App {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly owner: User;
  readonly installationId: number;
  permissions: Permissions;
  events: readonly string[];
}

export type RepositoryRole = 'admin' | 'maintain' | 'write' | 'triage' | 'read' | 'none';

export interface User {
  readonly id: number;
  readonly login: string;
  readonly type: 'User' | 'Bot' | 'Organization';
  readonly email: string;
  role: RepositoryRole;
}

export interface Repository {
  readonly id: number;
  readonly owner: User;
  readonly name: string;
  readonly private: boolean;
  readonly parent: Repository | null;
  readonly defaultBranch: string;
  /** Forks share the directory of their parent, as on GitHub, and differ in `refPrefix`. */
  readonly directory: string;
  readonly refPrefix: string;
  /** Whether the App's installation covers it. */
  installed: boolean;
  /** Which of the App's installations does. */
  readonly installationId: number;
  readonly labels: Label[];
  readonly pulls: PullRequest[];
  readonly checkRuns: CheckRun[];
  readonly workflowRuns: WorkflowRun[];
  readonly artifacts: Artifact[];
  /** Check runs that a merge to a branch needs, by where that is asked for. */
  readonly requiredChecks: { readonly branch: string; readonly name: string; readonly by: 'ruleset' | 'protection' }[];
}

export interface Label {
  readonly id: number;
  readonly name: string;
  readonly color: string;
  readonly description: string | null;
}

export interface PullRequest {
  readonly id: number;
  readonly number: number;
  readonly user: User;
  readonly createdAt: string;
  updatedAt: string;
  title: string;
  body: string | null;
  state: 'open' | 'closed';
  draft: boolean;
  merged: boolean;
  mergedBy: User | null;
  closedAt: string | null;
  base: { ref: string; sha: string };
  /** `repository` is null once a fork has been deleted. */
  head: { ref: string; sha: string; repository: Repository | null; readonly ownerLogin: string };
  mergeCommitSha: string | null;
  labels: Label[];
  readonly comments: IssueComment[];
  readonly events: IssueEvent[];
  readonly reviews: Review[];
}

export interface IssueComment {
  readonly id: number;
  readonly user: User;
  readonly viaApp: boolean;
  readonly createdAt: string;
  updatedAt: string;
  body: string;
  minimizedReason: string | null;
  readonly reactions: Reaction[];
}

export interface Reaction {
  readonly id: number;
  readonly user: User;
  readonly content: string;
  readonly createdAt: string;
}

export interface IssueEvent {
  readonly id: number;
  readonly event: 'labeled' | 'unlabeled' | 'closed' | 'reopened' | 'renamed' | 'merged';
  readonly actor: User;
  readonly viaApp: boolean;
  readonly createdAt: string;
  readonly label: Label | null;
}

export type ReviewState = 'PENDING' | 'COMMENTED' | 'APPROVED' | 'CHANGES_REQUESTED' | 'DISMISSED';

export interface Review {
  readonly id: number;
  readonly user: User;
  readonly commitSha: string;
  readonly submittedAt: string;
  body: string;
  state: ReviewState;
  minimizedReason: string | null;
  readonly comments: ReviewComment[];
}

export interface ReviewComment {
  readonly id: number;
  readonly user: User;
  readonly commitSha: string;
  readonly path: string;
  readonly line: number | null;
  readonly side: 'LEFT' | 'RIGHT';
  readonly startLine: number | null;
  readonly startSide: 'LEFT' | 'RIGHT' | null;
  readonly subjectType: 'line' | 'file';
  readonly diffHunk: string;
  readonly createdAt: string;
  readonly inReplyTo: number | null;
  updatedAt: string;
  body: string;
  minimizedReason: string | null;
}

export interface CheckRun {
  readonly id: number;
  readonly appId: number;
  readonly appSlug: string;
  readonly suiteId: number;
  readonly headSha: string;
  name: string;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: string | null;
  detailsUrl: string | null;
  externalId: string | null;
  startedAt: string;
  completedAt: string | null;
  output: { title: string | null; summary: string | null; text: string | null };
  actions: readonly CheckAction[];
  readonly annotations: CheckAnnotation[];
}

export interface CheckAction {
  readonly label: string;
  readonly description: string;
  readonly identifier: string;
}

export interface CheckAnnotation {
  readonly path: string;
  readonly start_line: number;
  readonly end_line: number;
  readonly start_column: number | null;
  readonly end_column: number | null;
  readonly annotation_level: string;
  readonly title: string | null;
  readonly message: string;
  readonly raw_details: string | null;
}

export interface WorkflowRun {
  readonly id: number;
  readonly name: string;
  readonly path: string;
  readonly event: string;
  readonly status: 'completed' | 'in_progress' | 'queued';
  readonly conclusion: string | null;
  readonly headSha: string;
  readonly headBranch: string;
  readonly headRepositoryId: number;
  readonly runNumber: number;
  readonly createdAt: string;
}

export interface Artifact {
  readonly id: number;
  readonly name: string;
  readonly run: WorkflowRun | null;
  readonly zip: Buffer;
  readonly digest: string | null;
  readonly createdAt: string;
  readonly expiresAt: string;
  expired: boolean;
}

export interface InstallationToken {
  readonly token: string;
  readonly permissions: Permissions;
  /** Ids of the repositories it reaches, or null for all of the installation's. */
  readonly repositoryIds: readonly number[] | null;
  readonly issuedAt: number;
  expiresAt: number;
}

/** One answered (or dropped) request, in order of arrival. */
export interface RequestEntry {
  readonly method: string;
  readonly path: string;
  readonly as: 'app' | 'installation' | 'anonymous';
  status: number;
  /** Set when a fault and not the route made the answer. */
  fault: boolean;
}

export interface Delivery {
  readonly id: number;
  readonly guid: string;
  readonly event: string;
  readonly action: string | null;
  readonly redelivery: boolean;
  readonly deliveredAt: string;
  readonly repositoryId: number | null;
  readonly payload: Json;
  readonly requestHeaders: Readonly<Record<string, string>>;
  durationSeconds: number;
  /** GitHub's words: "OK", "timed out", "failed to connect to host" or "Invalid HTTP Response: 500". */
  status: string;
  statusCode: number;
  responseBody: string | null;
}

/** An attempt at what a reviewer must never do, whatever was answered. */
export interface ForbiddenAttempt {
  readonly what: 'approve' | 'merge' | 'dismiss' | 'push';
  readonly path: string;
}

export function createState(): State {
  return {
    users: [],
    repositories: [],
    tokens: [],
    requests: [],
    deliveries: [],
    forbidden: [],
    counters: new Map(),
  };
}

/** The next id of a kind; each kind starts at a number of its own, so that ids are not mixed up unseen. */
export function nextId(state: State, kind: string, start: number): number {
  const id = state.counters.get(kind) ?? start;
  state.counters.set(kind, id + 1);
  return id;
}

const knownAccounts: Readonly<Record<string, { readonly id: number; readonly type: User['type'] }>> = {
  Copilot: { id: 198982749, type: 'Bot' },
};

/** The account of a login, made at first mention. A login ending in [bot] is a Bot. */
export function accountOf(state: State, login: string, role: RepositoryRole = 'write', type?: User['type']): User {
  const found = state.users.find((user) => user.login === login);
  if (found !== undefined) {
    return found;
  }
  const known = knownAccounts[login];
  const id = known?.id ?? nextId(state, 'user', 5_001);
  const kind = type ?? known?.type ?? (login.endsWith('[bot]') ? 'Bot' : 'User');
  const user: User = { id, login, type: kind, email: `${String(id)}+${login}@users.noreply.github.com`, role };
  state.users.push(user);
  return user;
}

export function fullName(repository: Repository): string {
  return `${repository.owner.login}/${repository.name}`;
}
