import type { Command } from 'commander';
import { Option } from 'commander';
import { RepositoryError } from '#core/base';
import type { DbtProject } from '#core/dbt';
import type { ProjectLineage } from '#core/lineage';
import { coverage, lineageLines } from '#core/lineage';
import type { DirectorySettings } from '#edges/artifacts';
import { directoryArtifacts } from '#edges/artifacts';
import { createSqlReader } from '#edges/sql-engines';
import { traceArtifacts } from '#review';
import { sentence } from './doubts.ts';
import { EXIT } from './exit.ts';
import { requiredPath } from './required-path.ts';

interface LineageFlags {
  readonly manifest: string;
  readonly catalog?: string;
}

/** `weirkeeper lineage`: one JSON line a model column. */
export function addLineageCommand(program: Command): void {
  program
    .command('lineage')
    .description('print which column comes from which, one JSON line a model column')
    .requiredOption('--manifest <file>', 'manifest.json with compiled SQL (may be .gz)')
    .option('--catalog <file>', 'catalog.json, for columns of sources and types')
    .addOption(new Option('--format <format>', 'how to print').choices(['json']).default('json'))
    .action(async ({ manifest, catalog }: LineageFlags) => {
      const path = requiredPath(manifest, '--manifest');
      await printLineage(catalog === undefined ? { path } : { path, catalog: requiredPath(catalog, '--catalog') });
    });
}

async function printLineage(side: DirectorySettings): Promise<void> {
  const sqlReader = createSqlReader();
  try {
    const { lineage, project } = await traceArtifacts(directoryArtifacts({ base: side, head: side }), sqlReader);
    for (const line of lineageLines(lineage, project)) process.stdout.write(`${JSON.stringify(line)}\n`);
    tellUnresolved(lineage, project);
  } catch (error) {
    if (!(error instanceof RepositoryError)) throw error;
    console.error(`weirkeeper: ${error.message}`);
    process.exitCode = EXIT.unknown;
  } finally {
    await sqlReader.close();
  }
}

/** Models whose columns are not all known would otherwise be missing without a word. */
function tellUnresolved(lineage: ProjectLineage, project: DbtProject): void {
  for (const { uniqueId, reason } of coverage(lineage, project).unresolved) {
    console.error(`weirkeeper: ${uniqueId}: ${sentence(reason)}`);
  }
}
