import { z } from 'zod';
import type { JsonObject } from '#core/base';
import { InvariantError } from '#core/base';
import type { Cost, Gate } from '#core/gates';
import type { GatePolicy, Policy } from './policy.ts';
import { DEEP_REVIEW, defaultGatePolicy } from './policy.ts';
import type { GateMode } from './verdict.ts';

const rung = z.enum(['T0', 'T1', 'T2', 'T3', 'T4']);
const cost = z.enum(['block', 'warn', 'note']);
const label = z.string().trim().min(1).max(50);
const artifactName = z
  .string()
  .regex(/^[\w.-][\w. -]{0,99}$/, 'must be made of letters, digits, dot, dash, underscore and space');
const folder = z
  .string()
  .max(300)
  .refine((path) => !path.startsWith('/') && !path.split('/').includes('..') && !/[\\`\p{Cc}]/u.test(path), {
    message: 'must be a path inside the repository, with forward slashes and without ".."',
  });

const labels = z
  .strictObject({
    assisted: label.default('assisted-by:llm').describe('Set when an LLM helped.'),
    senior: label.default('needs-senior-review').describe('Set when an LLM helped and the change reaches rung T2.'),
    budget: label.default('hallucination-budget').describe('Set when an LLM helped: the change counts in the budget.'),
  })
  .refine((names) => new Set(Object.values(names).map((name) => name.toLowerCase())).size === 3, {
    message: 'two labels have the same name',
  });

const artifacts = z.strictObject({
  source: z
    .enum(['workflow', 'committed'])
    .default('workflow')
    .describe('Uploaded by a workflow, or committed as files.'),
  base_name: artifactName.default('dbt-base').describe('Workflow artifact of the base branch.'),
  head_name: artifactName.default('dbt-head').describe('Workflow artifact of the pull request.'),
  path: folder.default('target').describe('Folder of committed artifacts.'),
});

const layer = z.strictObject({
  name: z.string().min(1).max(60),
  paths: z.array(folder).max(50).default([]).describe('Folders; "*" stands for any one folder.'),
  tags: z.array(z.string().min(1).max(100)).max(50).default([]),
  rung: rung.default('T1').describe('Lowest rung of a change in meaning to this layer.'),
});

const deepReview = z.strictObject({
  enabled: z.boolean().default(true),
  allow_forks: z.boolean().default(false).describe("Whether a fork's code may be sent to the LLM."),
});

const data = z.strictObject({
  max_questions: z
    .int()
    .min(0)
    .max(20_000)
    .default(1_000)
    .describe('Questions that one review may ask of the warehouse.'),
  max_gigabytes: z
    .number()
    .min(0)
    .max(1_000_000)
    .default(1_000)
    .describe('Gigabytes that they may read, by the sizes in catalog.json where it has them.'),
  max_seconds: z.int().min(1).max(3_600).default(300).describe('Seconds after which no further question is begun.'),
});

const evidence = z
  .strictObject({
    signed: z
      .enum(['required', 'optional'])
      .default('optional')
      .describe('Whether an evidence file that none of the keys has signed is left unread.'),
    keys: z
      .array(
        z.string().regex(/^MCowBQYDK2VwAyEA[A-Za-z0-9+/]{43}=$/, {
          error: 'is no Ed25519 public key, SPKI DER in base64, as `weirkeeper measure` prints it',
        }),
      )
      .max(10)
      .default([])
      .describe("Public keys of the repository's own CI."),
  })
  .refine(({ signed, keys }) => signed === 'optional' || keys.length > 0, {
    path: ['signed'],
    error: 'is required, and `keys` names no key',
  });
const counterexamples = z.strictObject({
  seconds_per_model: z
    .number()
    .min(0.1)
    .max(600)
    .default(2)
    .describe('Seconds in which rows are searched on which a model gives other results than before.'),
  max_seconds: z
    .number()
    .min(0)
    .max(3_600)
    .default(20)
    .describe('Seconds for all models of a review; 0 for no search.'),
});

const comment = z.strictObject({
  enabled: z.boolean().default(true),
  inline: z.boolean().default(true).describe('Whether findings are also shown beside the lines of the diff.'),
  max_findings: z.int().min(0).max(10).default(3).describe('How many findings are shown unfolded.'),
});

const audit = z.strictObject({
  checkpoints: z
    .enum(['off', 'ref'])
    .default('off')
    .describe("Whether the audit log's head is pushed to refs/weirkeeper/audit; needs the permission contents: write."),
  outcome_days: z.int().min(1).max(90).default(14).describe('Days after a merge in which a revert or a fix counts.'),
});

/** The file as written in YAML; snake_case, an unknown key is an error. The gates' part is made from the given gates. */
export function policySchema(gates: readonly Gate[]) {
  return z.strictObject({
    version: z.literal(1).default(1),
    mode: z.enum(['enforcing', 'advisory']).default('enforcing').describe('Advisory checks never stop a merge.'),
    gates: z.strictObject(Object.fromEntries(gates.map((gate) => [gate.id, gateSchema(gate).optional()]))).prefault({}),
    labels: labels.prefault({}),
    artifacts: artifacts.prefault({}),
    layers: z.array(layer).max(50).default([]),
    deep_review: deepReview.prefault({}),
    data: data.prefault({}),
    evidence: evidence.prefault({}),
    counterexamples: counterexamples.prefault({}),
    comment: comment.prefault({}),
    audit: audit.prefault({}),
  });
}

/** JSON Schema (draft 7) of the file, for editors. */
export function policyJsonSchema(gates: readonly Gate[]): JsonObject {
  const schema = z.toJSONSchema(policySchema(gates), { target: 'draft-7', io: 'input', unrepresentable: 'any' });
  const plain = JSON.parse(JSON.stringify(schema)) as JsonObject;
  return {
    ...plain,
    title: 'Weirkeeper policy',
    description: 'Rules of a repository: .github/weirkeeper.yml on the base branch.',
  };
}

/** The checked file as a policy. `written` is the file before its defaults were filled in. */
export function toPolicy(file: z.output<ReturnType<typeof policySchema>>, written: unknown): Policy {
  const entries = Object.entries((written as { readonly gates?: Readonly<Record<string, GateEntry>> }).gates ?? {});
  const gates = entries.map(([gateId, entry]) => [gateId, toGatePolicy(gateId, entry)] as const);
  const { labels: names, artifacts: files, deep_review: deep } = file;
  return {
    mode: file.mode,
    gates: new Map(gates),
    labels: { assisted: names.assisted, senior: names.senior, budget: names.budget },
    artifacts: { source: files.source, baseName: files.base_name, headName: files.head_name, path: files.path },
    layers: file.layers,
    deepReview: { enabled: deep.enabled, allowForks: deep.allow_forks },
    data: {
      questions: file.data.max_questions,
      bytes: file.data.max_gigabytes * 1e9,
      seconds: file.data.max_seconds,
    },
    evidence: file.evidence,
    counterexamples: {
      modelSeconds: file.counterexamples.seconds_per_model,
      seconds: file.counterexamples.max_seconds,
    },
    comment: { enabled: file.comment.enabled, inline: file.comment.inline, maxFindings: file.comment.max_findings },
    audit: { checkpoints: file.audit.checkpoints, outcomeDays: file.audit.outcome_days },
  };
}

/** What holds where a repository has no policy file. */
export const defaultPolicy: Policy = toPolicy(policySchema([]).parse({}), {});

interface GateEntry extends Readonly<Record<string, unknown>> {
  readonly mode?: GateMode;
  readonly findings?: Readonly<Record<string, Cost>>;
}

function gateSchema(gate: Gate) {
  const modes = gate.id === DEEP_REVIEW ? (['advisory', 'off'] as const) : (['required', 'advisory', 'off'] as const);
  const costs = Object.entries(gate.messages).map(([id, { text }]) => [id, cost.optional().describe(text)] as const);
  const own = optionShape(gate.options);
  for (const reserved of ['mode', 'findings']) {
    if (reserved in own)
      throw new InvariantError('reserved-option', `gate ${gate.id} may not have an option "${reserved}"`);
  }
  return z
    .strictObject({
      mode: z
        .enum(modes)
        .optional()
        .describe(`Default: ${defaultGatePolicy(gate.id).mode}.`),
      findings: z.strictObject(Object.fromEntries(costs)).optional().describe('What each finding costs here.'),
      ...own,
    })
    .describe(gate.title);
}

/** Fields of a gate's options, each optional in the file; the gate fills in its defaults. */
function optionShape(options: z.ZodType): Readonly<Record<string, z.ZodType>> {
  if (options instanceof z.ZodObject) return options.shape;
  if (options instanceof z.ZodPipe) return optionShape(options.in as z.ZodType);
  if (options instanceof z.ZodDefault || options instanceof z.ZodPrefault)
    return optionShape(options.unwrap() as z.ZodType);
  return {};
}

function toGatePolicy(gateId: string, { mode, findings, ...options }: GateEntry): GatePolicy {
  const fallback = defaultGatePolicy(gateId);
  return { mode: mode ?? fallback.mode, findings: findings ?? {}, options };
}
