import type { JsonObject, JsonValue } from '#core/base';
import { isJsonObject, toUniqueId } from '#core/base';
import { type ArtifactSource, type MemoryLimit, refuse } from './artifact-text.ts';
import type { Fields } from './fields.ts';
import { fieldsAt, objectAt, objectsAt, textAt } from './fields.ts';
import { parseArtifact, schemaVersionOf } from './parse-artifact.ts';
import type { Parsed, RunResult, RunResults } from './project.ts';

const oldestVersion = 1;
const newestVersion = 6;

/** Text of a `run_results.json` (v1 to v6) into the results of one dbt command, in the order of the file; or a reason. */
export function parseRunResults(source: ArtifactSource, name: string, limit?: MemoryLimit): Parsed<RunResults> {
  const artifact = parseArtifact(source, name, limit);
  if (!artifact.ok) return artifact;
  const version = schemaVersionOf(artifact.value, 'run-results', name);
  if (!version.ok) return version;
  if (version.value < oldestVersion || version.value > newestVersion) {
    const supported = `v${oldestVersion} to v${newestVersion} are supported`;
    return refuse(
      'run-results-version-unknown',
      `${name} is of version v${version.value}; ${supported}`,
      'update Weirkeeper',
    );
  }
  const fields: Fields = { object: artifact.value, place: null, faults: [] };
  const runResults = readRunResults(fields);
  const fault = fields.faults[0];
  if (fault === undefined) return { ok: true, value: runResults };
  return refuse('run-results-malformed', `${name}: ${fault}`, `upload the ${name} that dbt wrote, unchanged`);
}

function readRunResults(fields: Fields): RunResults {
  const metadata = fieldsAt(fields, 'metadata');
  const args = objectAt(fields, 'args');
  return {
    command: commandOf(args),
    generatedAt: textAt(metadata, 'generated_at', null),
    dbtVersion: textAt(metadata, 'dbt_version', null),
    results: objectsAt(fields, 'results').map(readResult),
    args,
  };
}

/** `which` names the command since dbt 0.19; `dbt docs generate` writes `generate`. */
function commandOf(args: JsonObject): string | null {
  const which = args['which'] ?? args['rpc_method'] ?? null;
  return typeof which === 'string' ? which : null;
}

function readResult(result: Fields): RunResult {
  const failures = result.object['failures'];
  return {
    uniqueId: toUniqueId(textAt(result, 'unique_id', '')),
    status: textAt(result, 'status', ''),
    message: textAt(result, 'message', null),
    failures: typeof failures === 'number' ? failures : null,
    ...writtenBy(result.object),
  };
}

/** Of `adapter_response`, whose form is each adapter's own: nothing where it does not tell both. */
function writtenBy(result: JsonObject): Pick<RunResult, 'written'> {
  const response = result['adapter_response'];
  if (!isJsonObject(response)) return {};
  const { code, rows_affected: rows } = response;
  if (typeof code !== 'string' || typeof rows !== 'number' || !Number.isSafeInteger(rows) || rows < 0) return {};
  return { written: { code, rows, at: executedAt(result['timing']) } };
}

function executedAt(timing: JsonValue | undefined): string | null {
  const steps = Array.isArray(timing) ? timing.filter(isJsonObject) : [];
  const at = steps.find(({ name }) => name === 'execute')?.['completed_at'];
  return typeof at === 'string' && /^\d{4}-\d\d-\d\dT/.test(at) ? at.slice(0, 40) : null;
}
