import type { JsonObject } from '#core/base';
import type { Gate } from '#core/gates';
import { policyJsonSchema } from '#core/policy';
import { reviewJsonSchema } from '#core/render';

/** The JSON Schemas of docs/, by path. */
export function generatedSchemas(gates: readonly Gate[]): readonly (readonly [string, JsonObject])[] {
  return [
    ['docs/weirkeeper.schema.json', policyJsonSchema(gates)],
    ['docs/review.schema.json', reviewJsonSchema()],
  ];
}
