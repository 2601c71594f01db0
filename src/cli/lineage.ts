import type { Command } from 'commander';
import { Option } from 'commander';
import { lineageLines } from '#core/lineage';
import { directoryArtifacts } from '#edges/artifacts';
import { createSqlReader } from '#edges/sql-engines';
import { traceArtifacts } from '#review';

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
      const side = catalog === undefined ? { path: manifest } : { path: manifest, catalog };
      const sqlReader = createSqlReader();
      try {
        const { lineage, project } = await traceArtifacts(directoryArtifacts({ base: side, head: side }), sqlReader);
        for (const line of lineageLines(lineage, project)) process.stdout.write(`${JSON.stringify(line)}\n`);
      } finally {
        await sqlReader.close();
      }
    });
}
