import { z } from 'zod';
import type { UniqueId } from '#core/base';
import type { Question } from './evidence.ts';
import { type Condition, harmlessFunctions, harmlessTypes, numberForm } from './predicate.ts';

const name = z.string().max(1_000);
const identifier = z.strictObject({ name, quoted: z.boolean() });
const identifiers = z.array(identifier).max(10_000);

const Condition: z.ZodType<Condition> = z.lazy(() =>
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('column'), column: identifier }),
    z.strictObject({ kind: z.literal('text'), value: z.string() }),
    z.strictObject({ kind: z.literal('number'), value: z.string().regex(numberForm) }),
    z.strictObject({ kind: z.literal('word'), value: z.enum(['true', 'false', 'null']) }),
    z.strictObject({ kind: z.literal('call'), name: z.enum(harmlessFunctions), operands: z.array(Condition) }),
    z.strictObject({ kind: z.literal('operator'), name, operands: z.array(Condition) }),
    z.strictObject({ kind: z.literal('cast'), type: z.enum(harmlessTypes), operand: Condition }),
  ]),
);

const key = z.string().max(10_000);
const uniqueId = z.string().transform((id) => id as UniqueId);
const state = z.string().optional();
const ofRelation = { key, side: z.enum(['base', 'head']), uniqueId, relation: name, state };
const ofBoth = { key, uniqueId, base: name, head: name, state };

/** A question that another process asks: of what it says, only what a question may say. */
export const QuestionShape = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('row-count'), ...ofRelation }),
  z.strictObject({ kind: z.literal('failing-rows'), ...ofRelation, condition: Condition }),
  z.strictObject({ kind: z.literal('column-profile'), ...ofRelation, columns: identifiers }),
  z.strictObject({ kind: z.literal('key-profile'), ...ofRelation, columns: identifiers }),
  z.strictObject({ kind: z.literal('distinct-rows'), ...ofRelation }),
  z.strictObject({ kind: z.literal('newest'), ...ofRelation, column: identifier }),
  z.strictObject({ kind: z.literal('columns'), ...ofRelation }),
  z.strictObject({ kind: z.literal('plan'), ...ofRelation, select: z.string().max(500_000) }),
  z.strictObject({ kind: z.literal('key-diff'), ...ofBoth, columns: identifiers }),
  z.strictObject({ kind: z.literal('window-rows'), ...ofBoth, column: identifier }),
  z.strictObject({ kind: z.literal('value-match'), ...ofBoth, on: identifiers, columns: identifiers }),
  z.strictObject({
    kind: z.literal('claims'),
    key,
    system: z.string(),
    prompt: z.string(),
    answerSchema: z.record(z.string(), z.json()),
  }),
]) as unknown as z.ZodType<Question>;
