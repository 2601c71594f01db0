import type { Command } from 'commander';
import { Option } from 'commander';
import { RepositoryError } from '#core/base';
import type { DbtProject } from '#core/dbt';
import type { ProjectLineage } from '#core/lineage';
import { coverage, lineageLines, openLineageEvents } from '#core/lineage';
import { columnLines } from './column-lines.ts';
import { sentence } from './sentence.ts';
import { tellRendered } from './tell-rendered.ts';
import { givenSide, withTraced } from './with-traced.ts';

interface LineageFlags {
  readonly manifest: string;
  readonly catalog?: string;
  readonly column?: string;
  readonly downstream?: boolean;
  readonly depth: string;
  readonly namespace?: string;
  readonly format?: 'json' | 'text' | 'openlineage';
}

const formats = ['json', 'text', 'openlineage'];

/** `weirkeeper lineage`: one JSON line a model column, the tree of one column, or OpenLineage events. */
export function addLineageCommand(program: Command): void {
  program
    .command('lineage')
    .description('print which column comes from which')
    .requiredOption('--manifest <file>', 'manifest.json, with compiled SQL where dbt compiled it (may be .gz)')
    .option('--catalog <file>', 'catalog.json, for columns of sources and types')
    .option('--column <model.column>', 'only this column, and where it leads')
    .addOption(new Option('--upstream', 'with --column: what it is made from (the default)').conflicts('downstream'))
    .option('--downstream', 'with --column: what is made from it, and whose rows it moves')
    .option('--depth <n>', 'with --column: how many hops to follow', '100')
    .option('--namespace <name>', 'with --format openlineage: namespace of the datasets (default: the adapter)')
    .addOption(
      new Option('--format <format>', 'how to print (default: text with --column, else json)').choices(formats),
    )
    .action(async (flags: LineageFlags) => {
      await withTraced(givenSide(flags), ({ lineage, project }) => {
        for (const line of linesFor(lineage, project, flags)) process.stdout.write(`${line}\n`);
        tellRendered(project);
        tellUnresolved(lineage, project);
      });
    });
}

function linesFor(lineage: ProjectLineage, project: DbtProject, flags: LineageFlags): readonly string[] {
  if (flags.format === 'openlineage') {
    const namespace = flags.namespace ?? project.metadata.adapterType ?? 'dbt';
    return openLineageEvents(lineage, project, namespace).map((event) => JSON.stringify(event));
  }
  if (flags.column !== undefined) return columnLines(lineage, flags.column, flags);
  if (flags.format === 'text')
    throw new RepositoryError('no-column', '--format text draws one column: name it with --column model.column');
  return lineageLines(lineage, project).map((line) => JSON.stringify(line));
}

/** Models whose columns are not all known would otherwise be missing without a word. */
function tellUnresolved(lineage: ProjectLineage, project: DbtProject): void {
  for (const { uniqueId, reason } of coverage(lineage, project).unresolved) {
    console.error(`weirkeeper: ${uniqueId}: ${sentence(reason)}`);
  }
}
