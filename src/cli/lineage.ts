import type { Command } from 'commander';
import { Option } from 'commander';
import { RepositoryError } from '#core/base';
import type { Parsed } from '#core/dbt';
import { parseCatalog, parseManifest } from '#core/dbt';
import { lineageLines } from '#core/lineage';
import { readArtifactFile } from '#edges/artifacts';
import { createSqlReader } from '#edges/sql-engines';
import { traceManifest } from '#review';

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
    .action(async (flags: LineageFlags) => {
      const project = taken(parseManifest(readArtifactFile(flags.manifest), flags.manifest));
      const catalog =
        flags.catalog === undefined ? null : taken(parseCatalog(readArtifactFile(flags.catalog), flags.catalog));
      const sqlReader = createSqlReader();
      try {
        const lineage = await traceManifest(project, catalog, sqlReader);
        for (const line of lineageLines(lineage, project)) process.stdout.write(`${JSON.stringify(line)}\n`);
      } finally {
        await sqlReader.close();
      }
    });
}

function taken<Value>(parsed: Parsed<Value>): Value {
  if (!parsed.ok)
    throw new RepositoryError(
      parsed.reason.code,
      [parsed.reason.text, parsed.reason.remedy].filter(Boolean).join('; '),
    );
  return parsed.value;
}
