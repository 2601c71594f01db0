import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { gates } from '#core/gates';
import { policyJsonSchema } from '#core/policy';
import { aGate } from '../../support/reviews.ts';

describe('the JSON Schema of the policy', () => {
  it('is up to date in docs', () => {
    const file = readFileSync(new URL('../../../docs/weirkeeper.schema.json', import.meta.url), 'utf8');
    expect(JSON.parse(file)).toEqual(policyJsonSchema(gates));
  });

  it('knows the options, modes and messages of every gate, and nothing else', () => {
    const schema = policyJsonSchema([
      aGate(
        'row-count',
        { changed: { text: 'x', cost: 'block' } },
        z.strictObject({ threshold_percent: z.number().default(10) }),
      ),
    ]);
    expect(schema).toMatchObject({
      $schema: 'http://json-schema.org/draft-07/schema#',
      additionalProperties: false,
      properties: {
        gates: {
          additionalProperties: false,
          properties: {
            'row-count': {
              additionalProperties: false,
              properties: {
                mode: { enum: ['required', 'advisory', 'off'] },
                findings: { properties: { changed: { enum: ['block', 'warn', 'note'] } } },
                threshold_percent: { type: 'number', default: 10 },
              },
            },
          },
        },
      },
    });
  });

  it('finds the options of a gate behind a transformation', () => {
    const options = z.strictObject({ days: z.int().default(3) }).transform(({ days }) => ({ hours: days * 24 }));
    expect(policyJsonSchema([aGate('late', {}, options)])).toMatchObject({
      properties: { gates: { properties: { late: { properties: { days: { type: 'integer' } } } } } },
    });
  });

  it('refuses a gate whose option would hide a key of the policy', () => {
    expect(() => policyJsonSchema([aGate('odd', {}, z.strictObject({ mode: z.string() }))])).toThrow(
      'may not have an option "mode"',
    );
  });
});
