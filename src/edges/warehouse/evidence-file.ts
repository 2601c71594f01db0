import { z } from 'zod';
import type { JsonObject, Reason } from '#core/base';
import { reason } from '#core/base';
import type { Answer, DataQuestion, EvidenceTrust, Question, RowCountQuestion } from '#core/evidence';
import { dataKinds, evidenceFileName, mostColumnsRead, noTrust, parseRelation } from '#core/evidence';
import type { EvidenceSource } from '#review';
import { checkSignature } from './evidence-signature.ts';

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

const Artifact = z.strictObject({
  side: z.enum(['base', 'head']),
  name: z.string().min(1).max(100),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** One answered question, by its key, of these relations. */
const Measurement = z.strictObject({
  key: z.string().min(1).max(20_000),
  kind: z.enum(dataKinds),
  relations: z.array(z.string().min(1).max(1_000)).min(1).max(2),
  figures: z.record(z.string().max(300), z.int().min(0)),
  text: z.string().max(100).nullable().optional(),
  columns: z
    .array(z.strictObject({ name: z.string().max(500), type: z.string().max(500) }))
    .max(mostColumnsRead)
    .optional(),
  source: z.string().min(1).max(100),
  at: moment,
});

/** `weirkeeper-evidence.json`, as a repository's own CI writes it. */
export const EvidenceFile = z.strictObject({
  schema: z.literal('weirkeeper.evidence/v1'),
  generated_at: moment,
  /** What wrote it, and the artifacts that it read: the file answers for these and no others. */
  tool: z.string().max(100).optional(),
  artifacts: z.array(Artifact).max(20).optional(),
  counts: z.array(Count).max(mostCounts),
  measured: z.array(Measurement).max(mostCounts).optional(),
  /** Of all the rest. */
  signature: z
    .strictObject({ keyid: z.string().regex(/^[0-9a-f]{64}$/), sig: z.string().regex(/^[A-Za-z0-9+/]{86}==$/) })
    .optional(),
});

export type EvidenceFile = z.infer<typeof EvidenceFile>;

type Count = z.infer<typeof Count>;

/**
 * Answers questions from the text of an evidence file. A file that is not right in every part, or is not signed as `trust` asks, is not
 * used: then the answer to every question is what is wrong with it.
 */
export function evidenceFileSource(text: string, trust: EvidenceTrust = noTrust): EvidenceSource {
  const read = readFile(text, trust);
  return {
    kinds: dataKinds,
    atHand: true,
    answer: (question) => Promise.resolve('code' in read ? { known: false, reason: read } : answerFrom(read, question)),
  };
}

interface Read {
  /** The file's name, and whether it is signed where the policy names keys. */
  readonly source: string;
  /** Whether only a file that says which manifests it is of is taken. */
  readonly bound: boolean;
  readonly counts: ReadonlyMap<string, readonly Count[]>;
  readonly measured: ReadonlyMap<string, Measurement>;
  /** Digests of the manifests that were measured; null where the file does not say. */
  readonly manifests: ReadonlySet<string> | null;
}
type Measurement = z.infer<typeof Measurement>;

function readFile(text: string, trust: EvidenceTrust): Read | Reason {
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
  const signature = checkSignature(value as JsonObject, parsed.data.signature, trust);
  if (typeof signature !== 'string') return signature;
  const source = signature === 'unchecked' ? evidenceFileName : `${evidenceFileName}, ${signature}`;
  return { source, bound: trust.signed === 'required', ...toRead(parsed.data) };
}

function toRead({ counts: listed, measured = [], artifacts }: EvidenceFile): Omit<Read, 'source' | 'bound'> {
  const counts = new Map<string, Count[]>();
  for (const count of listed) {
    const key = keyOf(count.side, count.unique_id);
    const known = counts.get(key);
    if (known === undefined) counts.set(key, [count]);
    else known.push(count);
  }
  const manifests = artifacts?.filter(({ name }) => name === 'manifest.json').map(({ sha256 }) => sha256);
  return {
    counts,
    measured: new Map(measured.map((one) => [one.key, one])),
    manifests: manifests === undefined ? null : new Set(manifests),
  };
}

function keyOf(side: string, uniqueId: string): string {
  return `${side}\n${uniqueId}`;
}

function answerFrom({ source, bound, counts, measured, manifests }: Read, question: Question): Answer {
  if (question.kind === 'claims' || question.kind === 'counterexample') {
    return { known: false, reason: reason('wrong-source', `${evidenceFileName} only answers questions on data`) };
  }
  if (manifests === null ? bound : !isOfThese(question, manifests, bound)) {
    const text = `${evidenceFileName} was measured for other artifacts`;
    return { known: false, reason: reason('evidence-other-artifacts', text, 'measure after the last dbt command') };
  }
  if (question.kind !== 'row-count') return measuredAnswer(measured.get(question.key), question, source);
  const own = counts.get(keyOf(question.side, question.uniqueId));
  if (own !== undefined) return toAnswer(question, own, source);
  const text = `${evidenceFileName} does not count the relation`;
  return { known: false, reason: reason('evidence-lacks-relation', text, 'count it in CI') };
}

/** Whether the manifests that the question is of are among those that were measured. One that says no manifest is of none, if it is `bound`. */
function isOfThese({ state = '' }: DataQuestion, manifests: ReadonlySet<string>, bound: boolean): boolean {
  const asked = [...state.matchAll(/manifest\.json ([0-9a-f]{64})/g)];
  return (asked.length > 0 || !bound) && asked.every(([, sha256 = '']) => manifests.has(sha256));
}

function measuredAnswer(
  found: Measurement | undefined,
  question: Exclude<DataQuestion, RowCountQuestion>,
  file: string,
): Answer {
  const asked = relationsIn(question);
  const isSame =
    found?.kind === question.kind &&
    found.relations.length === asked.length &&
    found.relations.every((relation, index) => isSameRelation(relation, asked[index] ?? ''));
  if (found === undefined || !isSame) {
    const text = `${evidenceFileName} does not answer the question (${question.kind})`;
    return { known: false, reason: reason('evidence-lacks-answer', text, 'write it with `weirkeeper measure`') };
  }
  const { figures, text = null, columns, source, at } = found;
  const listed = columns === undefined ? {} : { columns };
  return { known: true, kind: question.kind, figures, text, ...listed, source: `${file} (${source})`, at };
}

/** The relations of a question: base's before head's where it is of both. */
export function relationsIn(question: DataQuestion): readonly string[] {
  return 'relation' in question ? [question.relation] : [question.base, question.head];
}

function toAnswer({ relation }: RowCountQuestion, counts: readonly Count[], source: string): Answer {
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
  return { known: true, kind: 'row-count', rows: first.rows, source, at: first.at };
}

/** The same identifiers, however they are quoted; case counts for nothing, since warehouses fold it differently. */
function isSameRelation(a: string, b: string): boolean {
  const [left, right] = [parseRelation(a), parseRelation(b)];
  if (left === null || right === null || left.length !== right.length) return false;
  return left.every(({ name }, i) => name.toLowerCase() === right[i]?.name.toLowerCase());
}
