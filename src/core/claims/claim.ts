import { z } from 'zod';
import type { JsonObject } from '#core/base';

const Entity = z.strictObject({
  /** A dbt unique_id, or a model's plain name. */
  node: z.string().max(300),
  /** Null when the claim is about the node as a whole. */
  column: z.string().max(300).nullable(),
});

/** What the LLM may say: one claim about one place, resting on SQL that it quotes and on nodes that exist. */
export const Claim = z.strictObject({
  file: z.string().max(500),
  start_line: z.number().int(),
  end_line: z.number().int(),
  quote: z.string().min(3).max(1_000),
  entities: z.array(Entity).max(10),
  evidence_ids: z.array(z.string().max(80)).max(10),
  claim: z.string().min(10).max(1_200),
});
export type Claim = z.infer<typeof Claim>;

export const ClaimsReply = z.strictObject({ claims: z.array(z.unknown()).max(20) });

/** The reply's JSON Schema, for servers that enforce one. Written out: strict servers refuse min, max and patterns. */
export const claimsReplySchema: JsonObject = {
  type: 'object',
  additionalProperties: false,
  required: ['claims'],
  properties: {
    claims: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['file', 'start_line', 'end_line', 'quote', 'entities', 'evidence_ids', 'claim'],
        properties: {
          file: { type: 'string' },
          start_line: { type: 'integer' },
          end_line: { type: 'integer' },
          quote: { type: 'string' },
          entities: {
            type: 'array',
            items: {
              type: 'object',
              additionalProperties: false,
              required: ['node', 'column'],
              properties: { node: { type: 'string' }, column: { type: ['string', 'null'] } },
            },
          },
          evidence_ids: { type: 'array', items: { type: 'string' } },
          claim: { type: 'string' },
        },
      },
    },
  },
};
