import type { Document, LineCounter } from 'yaml';
import { isAlias, isMap, isNode, isScalar, isSeq } from 'yaml';
import type { z } from 'zod';
import type { JsonObject, JsonValue } from '#core/base';
import { isJsonObject, nearestWord } from '#core/base';

/** 1-based. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong with a policy file. */
export interface PolicyProblem extends Place {
  /** Keys from the top: `gates.row-count.mode`, `layers[0].paths`; '' for the file itself. */
  readonly key: string;
  /** What is wrong, and the nearest right thing where there is one. */
  readonly text: string;
}

/** Tells where the value at a path stands, or the key of that path's last part. */
export interface YamlPlaces {
  ofValue(path: readonly PropertyKey[]): Place;
  ofKey(path: readonly PropertyKey[]): Place;
}

interface Context {
  readonly value: unknown;
  readonly places: YamlPlaces;
  /** JSON Schema of the file: which keys are known where. */
  readonly schema: JsonObject;
}

/** zod's issues as problems with a place. */
export function toProblems(issues: readonly z.core.$ZodIssue[], context: Context): readonly PolicyProblem[] {
  return issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? unknownKeys(issue, context) : [wrongValue(issue, context)],
  );
}

/** Places by path in a YAML document. */
export function yamlPlaces(document: Document, lines: LineCounter): YamlPlaces {
  function toPlace(offset: number | undefined): Place {
    const { line, col } = lines.linePos(offset ?? 0);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }
  function ofValue(path: readonly PropertyKey[]): Place {
    const found = nodeAt(document, path);
    if (found === undefined && path.length > 0) return ofValue(path.slice(0, -1));
    return toPlace(isNode(found) ? found.range?.[0] : 0);
  }
  function ofKey(path: readonly PropertyKey[]): Place {
    const parent = nodeAt(document, path.slice(0, -1));
    const last = String(path.at(-1));
    const pair = isMap(parent)
      ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === last)
      : undefined;
    return pair !== undefined && isNode(pair.key) ? toPlace(pair.key.range?.[0]) : ofValue(path);
  }
  return { ofValue, ofKey };
}

function unknownKeys(issue: z.core.$ZodIssueUnrecognizedKeys, { places, schema }: Context): readonly PolicyProblem[] {
  const known = knownKeys(schema, issue.path);
  return issue.keys.map((name) => {
    const path = [...issue.path, name];
    const near = nearestWord(name, known);
    const hint = near === null ? `known here: ${known.join(', ') || 'nothing'}` : `did you mean "${near}"?`;
    return {
      ...places.ofKey(path),
      key: keyOf(path),
      text: `${prefixOf(issue.path)}unknown key "${short(name)}"; ${hint}`,
    };
  });
}

function wrongValue(issue: z.core.$ZodIssue, { value, places }: Context): PolicyProblem {
  const found = valueAt(value, issue.path);
  const place = found === undefined ? places.ofValue(issue.path.slice(0, -1)) : places.ofValue(issue.path);
  return { ...place, key: keyOf(issue.path), text: prefixOf(issue.path) + phrase(issue, found) };
}

function phrase(issue: z.core.$ZodIssue, found: unknown): string {
  if (found === undefined) return 'is missing';
  switch (issue.code) {
    case 'invalid_value': {
      const known = issue.values.map(String);
      const near = typeof found === 'string' && !known.includes(found) ? nearestWord(found, known) : null;
      const hint = near === null ? '' : `; did you mean "${near}"?`;
      return `${shown(found)} is not ${known.length === 1 ? '' : 'one of '}${known.join(', ')}${hint}`;
    }
    case 'invalid_type':
      return `expected ${kindName(issue.expected)}, found ${shown(found)}`;
    case 'too_small':
      return `${shown(found)} is too small; at least ${issue.minimum}`;
    case 'too_big':
      return `${shown(found)} is too big; at most ${issue.maximum}`;
    default:
      return `${issue.message.charAt(0).toLowerCase()}${issue.message.slice(1)}`;
  }
}

function kindName(expected: string): string {
  const names: Readonly<Record<string, string>> = {
    object: 'a mapping',
    array: 'a list',
    boolean: 'true or false',
    int: 'a whole number',
  };
  return names[expected] ?? `a ${expected}`;
}

function shown(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return `"${short(value)}"`;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : 'a mapping';
}

function short(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

function prefixOf(path: readonly PropertyKey[]): string {
  return path.length === 0 ? '' : `${keyOf(path)}: `;
}

function keyOf(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`))
    .join('');
}

/** Keys that the schema knows at a path. */
function knownKeys(schema: JsonObject, path: readonly PropertyKey[]): readonly string[] {
  let at: JsonValue | undefined = schema;
  for (const part of path) {
    if (!isJsonObject(at)) return [];
    const properties: JsonValue | undefined = at['properties'];
    at = typeof part === 'number' ? at['items'] : isJsonObject(properties) ? properties[String(part)] : undefined;
  }
  const properties = isJsonObject(at) ? at['properties'] : undefined;
  return isJsonObject(properties) ? Object.keys(properties) : [];
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at: unknown = value;
  for (const part of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return undefined;
    at = (at as Readonly<Record<PropertyKey, unknown>>)[part];
  }
  return at;
}

function nodeAt(document: Document, path: readonly PropertyKey[]): unknown {
  let at: unknown = document.contents;
  for (const part of path) {
    if (isAlias(at)) at = at.resolve(document);
    if (isMap(at)) at = at.items.find(({ key }) => isScalar(key) && String(key.value) === String(part))?.value;
    else if (isSeq(at)) at = at.items[Number(part)];
    else return undefined;
  }
  return isAlias(at) ? at.resolve(document) : (at ?? undefined);
}
