import { z } from 'zod';
import type { Reason } from '#core/base';
import { reason } from '#core/base';
import type { Answer, Question, RowCountQuestion } from '#core/evidence';
import { evidenceFileName, parseRelation } from '#core/evidence';
import type { EvidenceSource } from '#review';

/** Longer files are refused unread. */
const mostCharacters = 5_000_000;
const mostCounts = 20_000;

/** RFC 3339, to the second or finer. */
const moment = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/);

const Count = z.strictObject({
  side: z.enum(['base', 'head']),
  unique_id: z.string().min(1).max(500),
  relation: z.string().min(1).max(1_000),
  rows: z.int().min(0),
  at: moment,
});

/** `weirkeeper-evidence.json`, as a repository's own CI writes it. */
export const EvidenceFile = z.strictObject({
  schema: z.literal('weirkeeper.evidence/v1'),
  generated_at: moment,
  counts: z.array(Count).max(mostCounts),
});

type Count = z.infer<typeof Count>;

/**
 * Answers questions from the text of an evidence file. A file that is not right in every part is not used: then the
 * answer to every question is what is wrong with it.
 */
export function evidenceFileSource(text: string): EvidenceSource {
  const read = readFile(text);
  return {
    kinds: ['row-count'],
    atHand: true,
    answer: (question) => Promise.resolve('code' in read ? { known: false, reason: read } : answerFrom(read, question)),
  };
}

type Counts = ReadonlyMap<string, readonly Count[]>;

function readFile(text: string): Counts | Reason {
  const remedy = 'see docs/evidence-file.md for its form';
  if (text.length > mostCharacters)
    return reason('evidence-too-large', `${evidenceFileName} is longer than 5 MB`, remedy);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return reason('evidence-not-json', `${evidenceFileName} is not JSON`, remedy);
  }
  const parsed = EvidenceFile.safeParse(value);
  if (!parsed.success) {
    const path = parsed.error.issues[0]?.path.map(String).join('.') ?? '';
    const place = path === '' ? 'its top' : path;
    return reason(
      'evidence-malformed',
      `${evidenceFileName} is not of schema weirkeeper.evidence/v1, at ${place}`,
      remedy,
    );
  }
  const counts = new Map<string, Count[]>();
  for (const count of parsed.data.counts) {
    const key = keyOf(count.side, count.unique_id);
    const known = counts.get(key);
    if (known === undefined) counts.set(key, [count]);
    else known.push(count);
  }
  return counts;
}

function keyOf(side: string, uniqueId: string): string {
  return `${side}\n${uniqueId}`;
}

function answerFrom(counts: Counts, question: Question): Answer {
  if (question.kind !== 'row-count') {
    return { known: false, reason: reason('wrong-source', `${evidenceFileName} only holds row counts`) };
  }
  const own = counts.get(keyOf(question.side, question.uniqueId));
  if (own !== undefined) return toAnswer(question, own);
  const text = `${evidenceFileName} does not count the relation`;
  return { known: false, reason: reason('evidence-lacks-relation', text, 'count it in CI') };
}

function toAnswer({ relation }: RowCountQuestion, counts: readonly Count[]): Answer {
  const own = counts.filter((count) => isSameRelation(count.relation, relation));
  const [first] = own;
  if (first === undefined) {
    return {
      known: false,
      reason: reason(
        'evidence-other-relation',
        `${evidenceFileName} counts another relation of the node`,
        'count the relation that the manifest names',
      ),
    };
  }
  if (own.some(({ rows }) => rows !== first.rows)) {
    return {
      known: false,
      reason: reason('evidence-contradicts', `${evidenceFileName} counts the relation twice, with different results`),
    };
  }
  return { known: true, kind: 'row-count', rows: first.rows, source: evidenceFileName, at: first.at };
}

/** The same identifiers, however they are quoted; case counts for nothing, since warehouses fold it differently. */
function isSameRelation(a: string, b: string): boolean {
  const [left, right] = [parseRelation(a), parseRelation(b)];
  if (left === null || right === null || left.length !== right.length) return false;
  return left.every(({ name }, i) => name.toLowerCase() === right[i]?.name.toLowerCase());
}
