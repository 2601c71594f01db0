import { z } from 'zod';
import { QuestionShape } from '#core/evidence';
import { standardLimits } from '#edges/artifacts';
import type { ReviewRequest } from '#review';

/** Shapes of the arguments of a port's methods. */
export type Shapes = Readonly<Record<string, z.ZodType<readonly unknown[]>>>;

const text = z.string();
const sha = text.regex(/^[0-9a-f]{0,64}$/);
const label = text.min(1).max(100);
const checkName = text.regex(/^weirkeeper(?: \/ [a-z-]{1,40})?$/);
const path = text.max(4_096);
const annotation = z.strictObject({
  path,
  startLine: z.int(),
  endLine: z.int(),
  level: z.enum(['notice', 'warning', 'failure']),
  title: text,
  message: text,
});
const checkRun = z.strictObject({
  name: checkName,
  status: z.enum(['in_progress', 'completed']),
  conclusion: z.enum(['success', 'failure', 'neutral', 'action_required']).nullable(),
  title: text,
  summary: text,
  text,
  annotations: z.array(annotation),
});
const inlineComment = z.strictObject({
  path,
  line: z.int(),
  side: z.literal('RIGHT'),
  body: text,
  fingerprint: text,
});
const publication = z.strictObject({
  checkRuns: z.array(checkRun).max(50),
  comment: text.nullable(),
  inlineComments: z.array(inlineComment).max(1_000),
  labels: z.strictObject({ add: z.array(label).max(20), remove: z.array(label).max(20) }),
});
const changedFile = z.strictObject({
  path,
  previousPath: path.nullable(),
  status: z.enum(['added', 'modified', 'removed', 'renamed', 'copied', 'changed', 'unchanged']),
  patch: text.nullable(),
});
const keys = z.array(text.max(200));

/** Methods that are asked about the review's own request: it is put in here, whatever the process says. */
export const aboutTheReview: Readonly<Record<string, Shapes>> = {
  pullRequests: {
    readPullRequest: z.tuple([]),
    readHeadSha: z.tuple([]),
    readHead: z.tuple([]),
    readFile: z.tuple([path, sha]),
    readLabelHistory: z.tuple([]),
  },
  workflowArtifacts: {
    listArtifacts: z.tuple([text.max(1_000)]),
    downloadArtifact: z.tuple([z.int(), z.int().max(standardLimits.zipBytes)]),
    readRepository: z.tuple([]),
    countCommits: z.tuple([sha, sha]),
  },
  publisher: {
    announce: z.tuple([z.array(checkName).max(50)]),
    publish: z.tuple([publication, z.array(changedFile).max(10_000)]),
    withdraw: z.tuple([z.union([sha, z.literal('closed')])]),
    readCheckRuns: z.tuple([]),
  },
  memory: {
    recall: z.tuple([]),
    remember: z.tuple([text.max(40), z.array(text.max(200))]),
  },
};
/** Methods that are about no review. */
export const byThemselves: Readonly<Record<string, Shapes>> = {
  lineageCache: {
    get: z.tuple([keys]),
    put: z.tuple([z.map(text.max(200), z.instanceof(Uint8Array))]),
  },
};
/** Of a source of evidence. */
export const answerShapes: Shapes = { answer: z.tuple([QuestionShape]) };

/** What a review may put into the log: its own findings, and the first notice of its pull request. */
export function recordShapes({ reviewId, pullNumber, headSha }: ReviewRequest): Shapes {
  const opened = z.looseObject({ event: z.literal('opened'), pullNumber: z.literal(pullNumber) });
  const analysed = z.looseObject({
    event: z.enum(['analysed', 'deep-reviewed']),
    reviewId: z.literal(reviewId),
    pullNumber: z.literal(pullNumber),
    change: z.looseObject({ head: z.literal(headSha) }),
  });
  return { record: z.tuple([z.array(z.discriminatedUnion('event', [opened, analysed])).max(2)]) };
}
