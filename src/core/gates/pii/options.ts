import { z } from 'zod';
import { categoryIds, levels } from '#core/pii';
import type { TraceOptions } from './compare-sides.ts';
import { sinkKinds } from './sinks.ts';

const level = z.enum(levels);
const category = z.enum(categoryIds);
const word = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[\p{L}\p{N}]{2,40}$/u, 'must be one word, in the singular');

const sanitizer = z.strictObject({
  function: z.string().min(1),
  yields: level,
  categories: z.array(z.string()).default([]),
});

const words = z.strictObject({
  person: z.array(word).max(200).default([]).describe('Words for people, as in `pledger_name`.'),
  veto: z.array(word).max(200).default([]).describe('Words that make a column not personal.'),
});

const registered = z.strictObject({
  column: z
    .string()
    .regex(/^[^\s.]+(\.[^\s.]+)+$/, 'must be model.column or source.table.column; "*" stands for any letters')
    .max(300),
  pii: z.boolean().default(true),
  category: category.optional(),
  reason: z.string().min(1).max(300).optional(),
});

const allowed = z.strictObject(
  Object.fromEntries(sinkKinds.map((kind) => [kind, level.default(defaultOf(kind))])) as Record<
    (typeof sinkKinds)[number],
    z.ZodDefault<typeof level>
  >,
);

function defaultOf(kind: (typeof sinkKinds)[number]): z.infer<typeof level> {
  if (kind === 'external') return 'aggregated';
  return kind === 'stored_failures' ? 'raw' : 'generalised';
}

/** The gate's options as the policy file has them. */
export const piiOptions = z.strictObject({
  dictionary: z
    .boolean()
    .default(true)
    .describe("Whether a column's name alone can make it personal data; such findings warn and never block."),
  words: words.prefault({}),
  columns: z
    .array(registered)
    .max(5_000)
    .default([])
    .describe("The repository's own register; it comes before labels in YAML."),
  contracts: z
    .array(
      z
        .string()
        .regex(
          /^(?!\/)(?!.*(^|\/)\.\.(\/|$)).+\.(ya?ml|json)$/,
          'must be the path of a YAML file from the root of the repository',
        )
        .max(300),
    )
    .max(50)
    .default([])
    .describe('Data contracts (Open Data Contract Standard) that label columns; they are read from the base branch.'),
  sanitizers: z
    .array(sanitizer)
    .default([])
    .describe('Functions of compiled SQL that protect data, and how much they leave.'),
  external_exposures: z
    .array(z.string().min(1))
    .default(['hightouch', 'census', 'polytomic', 'salesforce', 'braze'])
    .describe('Exposures whose name, label, owner or destination holds one of these leave the organisation.'),
  allowed: allowed.prefault({}).describe('How much of a grave datum each kind of sink may hold.'),
});

/** Paths of the data contracts that the policy names; `options` is what the policy has for the gate, checked before. */
export function contractPaths(options: unknown): readonly string[] {
  return piiOptions.parse(options ?? {}).contracts;
}

/** The options as the tracing wants them. */
export function toTraceOptions(options: z.output<typeof piiOptions>): TraceOptions {
  return {
    dictionary: options.dictionary,
    sanitizers: options.sanitizers,
    words: { person: new Set(options.words.person), veto: new Set(options.words.veto) },
    registry: options.columns.map(({ column, pii, category: id, reason }) => ({
      ...{ column, pii, category: id ?? null, reason: reason ?? null },
    })),
    externalNames: options.external_exposures,
    allowed: options.allowed,
  };
}
