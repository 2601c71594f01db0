import type { Command } from 'commander';
import { Option } from 'commander';
import type { Reason, UniqueId } from '#core/base';
import { RepositoryError } from '#core/base';
import type { Cause } from '#core/change';
import { findModified } from '#core/change';
import type { IndirectSelection, Parsed, ReadManifest, RunResults, StateContext } from '#core/dbt';
import {
  createSelector,
  indirectSelections,
  isKnownEngine,
  knownEngines,
  parseRunResults,
  readManifest,
  selectStateIn,
  stateContext,
} from '#core/dbt';
import { readDirectory } from '#edges/artifacts';
import type { ArtifactSet } from '#review';
import { requiredPath } from './required-path.ts';
import { sentence } from './sentence.ts';

interface StateFlags {
  readonly base: string;
  readonly head: string;
  readonly select: readonly string[];
  readonly exclude?: readonly string[];
  readonly indirectSelection: IndirectSelection;
  readonly engine?: string;
  readonly format: 'text' | 'json';
}

const HELP = `
Selects as dbt ls --resource-type all does: + n+ @ for the graph, a blank for a union, a comma for an intersection;
methods state: tag: path: file: resource_type: config. fqn: package: source: exposure: metric: semantic_model:
saved_query: group: access: test_name: test_type: unit_test: version: result: (of the base's run_results.json).
Without --select it is state:modified; with dbt's default, eager, the tests that stand on what is selected are listed
too: --indirect-selection empty leaves them out.`;

/** `weirkeeper state`: what dbt would select of head against base, and why. */
export function addStateCommand(program: Command): void {
  program
    .command('state')
    .description('print what dbt would select of a change, by unique_id')
    .requiredOption('--base <path>', 'directory with manifest.json (or .gz), or a manifest file')
    .requiredOption('--head <path>', 'the same, of the change')
    .option('--select <expression...>', 'what to select', ['state:modified'])
    .option('--exclude <expression...>', 'what to leave out')
    .addOption(
      new Option('--indirect-selection <mode>', 'which tests come along').choices(indirectSelections).default('eager'),
    )
    .option('--engine <version>', 'the dbt whose comparison is followed; that of the head manifest when missing')
    .addOption(new Option('--format <format>', 'how to print').choices(['text', 'json']).default('text'))
    .addHelpText('after', HELP)
    .action(async (flags: StateFlags) => {
      process.stdout.write(await printed(flags));
    });
}

async function printed(flags: StateFlags): Promise<string> {
  if (flags.engine !== undefined && !isKnownEngine(flags.engine)) {
    const text = `--engine ${flags.engine}: there is no such dbt here; known are ${knownEngines}`;
    throw new RepositoryError('engine-unknown', text);
  }
  const { context, baseResults } = await readContext(flags);
  const select = createSelector(context, baseResults);
  const ids = valueOf(
    select({
      select: flags.select.join(' '),
      ...(flags.exclude === undefined ? {} : { exclude: flags.exclude.join(' ') }),
      indirectSelection: flags.indirectSelection,
    }),
  );
  if (flags.format === 'text') return ids.map((id) => `${id}\n`).join('');
  return `${JSON.stringify({ nodes: nodesOf(context, ids, flags.engine) }, null, 2)}\n`;
}

/** Every selected node, the `state:` selectors that select it by itself, and why it counts as modified. */
function nodesOf(context: StateContext, ids: readonly UniqueId[], engine: string | undefined): readonly object[] {
  const states = selectStateIn(context);
  const options = {
    moreUnrendered: context.moreUnrendered,
    ...(engine === undefined ? {} : { engineVersion: engine }),
  };
  const { modified, alsoModified } = findModified(context.base, context.head, options);
  const causes = new Map<UniqueId, readonly Cause[]>();
  for (const node of [...modified, ...alsoModified]) causes.set(node.uniqueId, node.causes);
  return ids.map((id) => ({
    unique_id: id,
    selectors: [...(states.get(id) ?? [])].map((selector) => `state:${selector}`).sort(),
    causes: causes.get(id) ?? [],
  }));
}

interface Read {
  readonly context: StateContext;
  readonly baseResults: RunResults | null;
}

async function readContext(flags: StateFlags): Promise<Read> {
  const read = async (path: string): Promise<ArtifactSet> => {
    const answer = await readDirectory({ path });
    if (!answer.ok) throw failure(answer.reason);
    return answer.set;
  };
  const [base, head] = [await read(requiredPath(flags.base, '--base')), await read(requiredPath(flags.head, '--head'))];
  const options = {
    runResults: resultsOf(head),
    ...(flags.engine === undefined ? {} : { engineVersion: flags.engine }),
  };
  const known = manifestOf(base);
  const context = stateContext(known.project, manifestOf(head, known).project, options);
  return { context, baseResults: resultsOf(base) };
}

function manifestOf({ manifest, manifestName }: ArtifactSet, known?: ReadManifest): ReadManifest {
  return valueOf(readManifest(manifest, manifestName, known === undefined ? {} : { known }));
}

function resultsOf({ runResults, origin }: ArtifactSet): RunResults | null {
  return runResults === null ? null : valueOf(parseRunResults(runResults, `run_results.json in ${origin}`));
}

function valueOf<Value>(parsed: Parsed<Value>): Value {
  if (parsed.ok) return parsed.value;
  throw failure(parsed.reason);
}

function failure(why: Reason): RepositoryError {
  return new RepositoryError(why.code, sentence(why));
}
