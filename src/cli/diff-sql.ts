import { basename } from 'node:path';
import type { Command } from 'commander';
import { Option } from 'commander';
import { RepositoryError } from '#core/base';
import type { DbtProject } from '#core/dbt';
import { readManifest } from '#core/dbt';
import { toFindingJson } from '#core/render';
import { readDirectory } from '#edges/artifacts';
import { counterexampleSource } from '#edges/counterexample';
import { createSqlReader, createTranslator } from '#edges/sql-engines';
import type { SqlDiff } from '#review';
import { diffSql } from '#review';
import { EXIT } from './exit.ts';
import { readText } from './read-text.ts';
import { requiredPath } from './required-path.ts';
import { sentence } from './sentence.ts';
import { diffLines } from './sql-diff-lines.ts';

interface DiffFlags {
  readonly dialect?: string;
  readonly manifest?: string;
  readonly format: 'text' | 'json';
}

const dialects = [
  ...[
    'snowflake',
    'bigquery',
    'postgres',
    'redshift',
    'duckdb',
    'databricks',
    'spark',
    'trino',
    'athena',
    'clickhouse',
  ],
  ...['sqlserver', 'mysql', 'sqlite'],
];

const HELP = `
The model is the node of the manifest that is named as AFTER is; its Jinja is rendered from the manifest, what is not known is masked by
its own words, and conditions that are not decided are looked at both ways. Facts (unique and not_null tests, constraints) are the manifest's.

Exit codes: 0 proven to mean the same, 1 they differ or a rule has something to say, 2 not known.`;

/** `weirkeeper diff-sql`: whether two texts of a model mean the same, and what the rules say of the difference. */
export function addDiffSqlCommand(program: Command): void {
  program
    .command('diff-sql')
    .description('tell whether two SQL files of a model mean the same, and what could go wrong')
    .argument('<before>', 'file with SQL, plain or with Jinja')
    .argument('<after>', 'the same, changed')
    .addOption(new Option('--dialect <dialect>', "the warehouse (default: the manifest's)").choices(dialects))
    .option('--manifest <file>', 'manifest.json that knows what the SQL reads (may be .gz)')
    .addOption(new Option('--format <format>', 'how to print').choices(['text', 'json']).default('text'))
    .addHelpText('after', HELP)
    .action(async (before: string, after: string, flags: DiffFlags) => {
      const diff = await diffFiles(before, after, flags);
      process.exitCode = exitOf(diff);
      process.stdout.write(
        flags.format === 'json' ? `${JSON.stringify(toJson(diff), null, 2)}\n` : `${diffLines(diff).join('\n')}\n`,
      );
    });
}

async function diffFiles(before: string, after: string, { dialect, manifest }: DiffFlags): Promise<SqlDiff> {
  const pair = {
    before: readText(before, 'BEFORE'),
    after: readText(after, 'AFTER'),
    adapter: dialect ?? null,
    project: manifest === undefined ? null : await projectOf(manifest),
    name: basename(after).replace(/\.sql$/i, ''),
  };
  const sqlReader = createSqlReader();
  const translator = createTranslator();
  const counterexamples = counterexampleSource(translator);
  try {
    return await diffSql(pair, sqlReader, [counterexamples]);
  } finally {
    await Promise.all([sqlReader.close(), translator.close(), counterexamples.close()]);
  }
}

async function projectOf(path: string): Promise<DbtProject> {
  const answer = await readDirectory({ path: requiredPath(path, '--manifest') });
  if (!answer.ok) throw new RepositoryError(answer.reason.code, sentence(answer.reason));
  const read = readManifest(answer.set.manifest, answer.set.manifestName);
  if (!read.ok) throw new RepositoryError(read.reason.code, sentence(read.reason));
  return read.value.project;
}

function exitOf({ equivalent, findings }: SqlDiff): number {
  if (equivalent === 'disproven' || findings.length > 0) return EXIT.failed;
  return equivalent === 'proven' ? EXIT.passed : EXIT.unknown;
}

/** The command's JSON: a contract, so fields are added and never changed. */
function toJson({ equivalent, why, findings, counterexample, where, masked }: SqlDiff): object {
  return {
    equivalent,
    reason: why === null ? null : sentence(why),
    findings: findings.map(toFindingJson),
    counterexample,
    where,
    not_analysed: masked,
  };
}
