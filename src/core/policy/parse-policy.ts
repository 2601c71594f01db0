import type { Document, YAMLError } from 'yaml';
import { LineCounter, parseDocument, visit } from 'yaml';
import type { NonEmpty, Reason } from '#core/base';
import { isNonEmpty, reason } from '#core/base';
import type { Gate } from '#core/gates';
import type { Policy } from './policy.ts';
import type { Place, PolicyProblem } from './policy-problem.ts';
import { toProblems, yamlPlaces } from './policy-problem.ts';
import { defaultPolicy, policyJsonSchema, policySchema, toPolicy } from './policy-schema.ts';

/** The policy, or every problem of the file; `reason.text` gives them with `path:line:column`, the first in the file first. */
export type ParsedPolicy =
  | { readonly ok: true; readonly value: Policy }
  | { readonly ok: false; readonly reason: Reason; readonly problems: NonEmpty<PolicyProblem> };

const MAX_LENGTH = 200_000;
const MAX_ALIASES = 100;
const MAX_TOLD = 5;

/**
 * Reads a policy file: YAML 1.2, strict. Unknown and duplicate keys, wrong values, unknown tags and more than 100
 * aliases are problems. An empty file is the default policy. Never throws for bad input.
 */
export function parsePolicy(text: string, path: string, gates: readonly Gate[]): ParsedPolicy {
  if (text.length > MAX_LENGTH)
    return refused(path, [problemAt({ line: 1, column: 1 }, `longer than ${MAX_LENGTH} characters`)]);
  const lines = new LineCounter();
  const read = readYaml(text, lines);
  if (!read.ok) return refused(path, read.problems);
  if (read.value === null) return { ok: true, value: defaultPolicy };

  const parsed = policySchema(gates).safeParse(read.value);
  const places = yamlPlaces(read.document, lines);
  const known = policyJsonSchema(gates);
  if (!parsed.success)
    return refused(path, toProblems(parsed.error.issues, { value: read.value, places, schema: known }));

  const policy = toPolicy(parsed.data, read.value);
  const optionIssues = gates.flatMap((gate) => {
    const own = policy.gates.get(gate.id);
    const checked = own === undefined ? null : gate.options.safeParse(own.options);
    if (checked === null || checked.success) return [];
    return checked.error.issues.map((issue) => ({ ...issue, path: ['gates', gate.id, ...issue.path] }));
  });
  const problems = toProblems(optionIssues, { value: read.value, places, schema: known });
  return problems.length > 0 ? refused(path, problems) : { ok: true, value: policy };
}

type ReadYaml =
  | { readonly ok: true; readonly value: unknown; readonly document: Document }
  | { readonly ok: false; readonly problems: readonly PolicyProblem[] };

function readYaml(text: string, lineCounter: LineCounter): ReadYaml {
  try {
    const document = parseDocument(text, { version: '1.2', lineCounter, prettyErrors: false });
    const [fault] = [...document.errors, ...document.warnings];
    // One fault of form makes others further down, so only the first is told.
    if (fault !== undefined)
      return { ok: false, problems: [problemAt(placeOf(fault.pos[0], lineCounter), faultText(fault))] };
    const alias = wrongAlias(document);
    if (alias !== null) return { ok: false, problems: [problemAt(placeOf(alias.offset, lineCounter), alias.text)] };
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    return { ok: true, value, document };
  } catch {
    // Nesting too deep for the parser's stack, an alias to nothing, or aliases that multiply.
    return {
      ok: false,
      problems: [problemAt({ line: 1, column: 1 }, 'not readable as YAML: nested too deep, or aliases that multiply')],
    };
  }
}

function wrongAlias(document: Document): { readonly offset: number; readonly text: string } | null {
  let count = 0;
  let wrong: { readonly offset: number; readonly text: string } | null = null;
  visit(document, {
    Alias(_, alias) {
      count += 1;
      const offset = alias.range?.[0] ?? 0;
      if (alias.resolve(document) === undefined)
        wrong = { offset, text: `no anchor "${alias.source.slice(0, 60)}" before this alias` };
      else if (count > MAX_ALIASES) wrong = { offset, text: `more than ${MAX_ALIASES} aliases` };
      return wrong === null ? undefined : visit.BREAK;
    },
  });
  return wrong;
}

function faultText(fault: YAMLError): string {
  switch (fault.code) {
    case 'DUPLICATE_KEY':
      return 'the same key a second time';
    case 'MULTIPLE_DOCS':
      return 'a second document; a policy is one';
    case 'TAG_RESOLVE_FAILED':
      return 'unknown tag; a policy needs none';
    case 'RESOURCE_EXHAUSTION':
      return 'nested too deep';
    default:
      return `not YAML: ${fault.message.replace(/\.$/, '').slice(0, 200)}`;
  }
}

function refused(path: string, found: readonly PolicyProblem[]): ParsedPolicy {
  const sorted = [...found].sort((a, b) => a.line - b.line || a.column - b.column);
  const problems = isNonEmpty(sorted) ? sorted : ([problemAt({ line: 1, column: 1 }, 'not a policy')] as const);
  const told = problems.slice(0, MAX_TOLD).map(({ line, column, text }) => `${path}:${line}:${column} ${text}`);
  const more = problems.length > MAX_TOLD ? [`and ${problems.length - MAX_TOLD} more`] : [];
  const fix = 'correct the policy file on the base branch; docs/weirkeeper.schema.json lists every key';
  return { ok: false, reason: reason('policy-invalid', [...told, ...more].join('; '), fix), problems };
}

function problemAt({ line, column }: Place, text: string): PolicyProblem {
  return { line, column, key: '', text };
}

function placeOf(offset: number, lines: LineCounter): Place {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}
