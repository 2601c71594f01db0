/**
 * GitHub's limits, each with where the figure comes from. Every limit the double enforces is here
 * and nowhere else, so that comparing the double with GitHub means reading one table.
 *
 * Sources: "OA x/y" = operation x/y in GitHub's OpenAPI description (@octokit/openapi-types 29.0.1);
 * "docs" = docs.github.com; "seen" = an error text quoted in a public issue thread.
 */
export interface Limit {
  readonly value: number;
  readonly unit: string;
  readonly source: string;
}

export const limits = {
  jwtLifetimeSeconds: {
    value: 600,
    unit: 'seconds from now to exp',
    source: 'docs: generating a JSON Web Token for a GitHub App, exp at most 10 minutes ahead',
  },
  tokenLifetimeSeconds: {
    value: 3_600,
    unit: 'seconds',
    source: 'OA apps/create-installation-access-token: expires one hour after creation',
  },
  perPageDefault: { value: 30, unit: 'items', source: 'OA parameter per-page, default' },
  perPageMax: { value: 100, unit: 'items', source: 'OA parameter per-page, max 100' },
  pullFiles: { value: 3_000, unit: 'files', source: 'OA pulls/list-files: maximum of 3000 files' },
  pullCommits: {
    value: 250,
    unit: 'commits',
    source: 'OA pulls/list-commits: maximum of 250 commits',
  },
  compareFiles: {
    value: 300,
    unit: 'files',
    source: 'OA repos/compare-commits-with-basehead: 300 files, on the first page only',
  },
  compareCommits: {
    value: 250,
    unit: 'commits',
    source: 'OA repos/compare-commits-with-basehead: 250 commits when not paged',
  },
  patchLinesPerFile: { value: 20_000, unit: 'lines', source: 'docs: repository limits, diff limits' },
  patchBytesPerFile: {
    value: 500 * 1024,
    unit: 'bytes',
    source: 'docs: repository limits, 500 KB of raw diff for one file',
  },
  patchLinesTotal: { value: 20_000, unit: 'lines', source: 'docs: repository limits, diff limits' },
  patchBytesTotal: {
    value: 1024 * 1024,
    unit: 'bytes',
    source: 'docs: repository limits, 1 MB of raw diff in a pull request',
  },
  contentsJsonBytes: {
    value: 1024 * 1024,
    unit: 'bytes',
    source: 'OA repos/get-content: 1 MB or smaller, all features; above, raw or object only',
  },
  contentsRawBytes: {
    value: 100 * 1024 * 1024,
    unit: 'bytes',
    source: 'OA repos/get-content: greater than 100 MB, not supported',
  },
  contentsDirectoryEntries: {
    value: 1_000,
    unit: 'entries',
    source: 'OA repos/get-content: upper limit of 1,000 files for a directory',
  },
  treeEntries: {
    value: 100_000,
    unit: 'entries',
    source: 'OA git/get-tree: 100,000 entries with a maximum size of 7 MB',
  },
  checkSummaryCharacters: {
    value: 65_535,
    unit: 'characters',
    source: 'OA checks/create: output.summary and output.text, maximum length 65535',
  },
  checkSummaryBytes: {
    value: 65_535,
    unit: 'bytes of UTF-8',
    source: "seen: github/docs#35252, 'summary exceeds a maximum bytesize of 65535'",
  },
  checkAnnotationsPerRequest: {
    value: 50,
    unit: 'annotations',
    source: 'OA checks/create: maximum of 50 per API request',
  },
  checkAnnotationText: {
    value: 64 * 1024,
    unit: 'bytes of UTF-8',
    source: 'OA checks/create: annotation message and raw_details, 64 KB',
  },
  checkAnnotationTitle: {
    value: 255,
    unit: 'characters',
    source: 'OA checks/create: annotation title',
  },
  checkActions: { value: 3, unit: 'buttons', source: 'OA checks/create: maximum of three actions' },
  checkActionLabel: { value: 20, unit: 'characters', source: 'OA checks/create: actions.label' },
  checkActionDescription: {
    value: 40,
    unit: 'characters',
    source: 'OA checks/create: actions.description',
  },
  checkActionIdentifier: {
    value: 20,
    unit: 'characters',
    source: 'OA checks/create: actions.identifier',
  },
  checkRunsPerNameInSuite: {
    value: 1_000,
    unit: 'check runs',
    source: 'OA checks/create: more than 1000 of one name in a suite, the older are deleted',
  },
  commentBytes: {
    value: 262_144,
    unit: 'bytes of UTF-8',
    source: 'seen: objectstack#18826, dead-claudia/github-limits#13; the error text itself says 65536 characters',
  },
  reviewBodyBytes: {
    value: 262_144,
    unit: 'bytes of UTF-8',
    source: 'assumed to be as for comments: no public measurement was found',
  },
  labelName: { value: 50, unit: 'characters', source: "seen: 'name is too long (maximum is 50 characters)'" },
  labelDescription: { value: 100, unit: 'characters', source: 'OA issues/create-label: 100 characters' },
  labelsPerIssue: { value: 100, unit: 'labels', source: 'seen: an issue holds at most 100 labels' },
  artifactUrlSeconds: {
    value: 60,
    unit: 'seconds',
    source: 'OA actions/download-artifact: the URL expires after 1 minute',
  },
  artifactLifetimeDays: {
    value: 90,
    unit: 'days',
    source: 'docs: default retention of workflow artifacts',
  },
  archiveUrlSeconds: {
    value: 300,
    unit: 'seconds',
    source: 'OA repos/download-tarball-archive: private links expire after five minutes',
  },
  webhookSeconds: {
    value: 10,
    unit: 'seconds',
    source: 'docs: best practices for using webhooks, answer within 10 seconds',
  },
  webhookPayloadBytes: {
    value: 25 * 1024 * 1024,
    unit: 'bytes',
    source: 'docs: webhook payloads are capped at 25 MB and not delivered above',
  },
  requestsPerHour: {
    value: 5_000,
    unit: 'requests',
    source: 'docs: rate limits for GitHub Apps, the minimum of an installation',
  },
} as const satisfies Readonly<Record<string, Limit>>;

/** The length GitHub's "N characters" limits count: code points, not UTF-16 units. */
export function characters(text: string): number {
  return Array.from(text).length;
}

export function utf8Bytes(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}
