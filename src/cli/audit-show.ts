import type { LogEntry } from '#core/audit';
import { isJsonObject, type JsonObject, type JsonValue, plural, toLine } from '#core/base';

/** Whether an entry is about this pull request; `repository` is null when only the number was asked for. */
export function isAbout(entry: LogEntry, repository: string | null, pullNumber: number): boolean {
  const number = entry.body['pullNumber'] ?? entry.body['pull_number'];
  return number === pullNumber && (repository === null || repository === entry.repository);
}

/** An entry as lines of text: what happened, then what was found. */
export function showEntry(entry: LogEntry): readonly string[] {
  const { seq, time, event, body, digest, signed } = entry;
  const key = signed === null ? 'not signed (old form)' : `key ${signed.keyid.slice(0, 12)}`;
  return [
    `${time}  record ${seq}  ${event}  sha256:${digest.slice(0, 12)}  ${key}`,
    ...detailsOf(body).map((line) => `  ${toLine(line)}`),
  ];
}

function detailsOf(body: JsonObject): readonly string[] {
  const change = objectIn(body, 'change');
  const policy = objectIn(body, 'policy');
  const outcome = objectIn(body, 'outcome');
  const lines = [
    ...field('head', change?.['head']),
    ...field('merge commit', change?.['mergeCommit']),
    ...field('verdict', body['verdict']),
    ...field('replaces', body['replaces']),
    ...field('rung', policy?.['rung']),
    ...field('policy', policy?.['digest']),
    ...field('by', body['app']),
  ];
  const gates = listIn(body, 'gates').map(gateLine);
  const overrides = listIn(body, 'overrides').map(
    (item) =>
      `overridden: ${text(item['subject'])} ${text(item['result'])} by ${text(item['by'])}${item['required'] === true ? ', a required check' : ''}`,
  );
  const reviewers = listIn(objectIn(body, 'actors') ?? {}, 'reviewers').map(
    (item) =>
      `${text(item['login'])}: ${text(item['state'])} of ${text(item['commit'])}${item['counts'] === true ? '' : ' (does not count)'}`,
  );
  const ends =
    outcome?.['confidence'] === undefined ? [] : [`outcome ${text(outcome['state'])} (${text(outcome['confidence'])})`];
  const evidence = listIn(outcome ?? {}, 'evidence').map(
    (item) => `${text(item['rule'])}: ${text(item['where'])} ${text(item['what'])}`,
  );
  return [...lines, ...gates, ...overrides, ...reviewers, ...ends, ...evidence];
}

/** `gate row-count: FAILED, 2 findings`, `gate dbt-run: UNKNOWN (no-run-results)`. */
function gateLine(gate: JsonObject): string {
  const { id, reason } = gate;
  const findings = listIn(gate, 'findings').length;
  const why = typeof reason === 'string' ? ` (${reason})` : '';
  return `gate ${text(id)}: ${text(gate['result'] ?? gate['outcome'])}${why}${findings === 0 ? '' : `, ${plural(findings, 'finding')}`}`;
}

function field(name: string, value: JsonValue | undefined): readonly string[] {
  return value === undefined || value === null ? [] : [`${name} ${text(value)}`];
}

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : 'none';
}

function objectIn(body: JsonObject, name: string): JsonObject | null {
  const value = body[name];
  return isJsonObject(value) ? value : null;
}

function listIn(body: JsonObject, name: string): readonly JsonObject[] {
  const value = body[name];
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
