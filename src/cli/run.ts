import { Command, CommanderError } from 'commander';
import { version, WeirkeeperError } from '#core/base';
import { EXIT } from './exit.ts';

/** Loaded when it is called: each brings much that the others do without. */
const commands: Readonly<Record<string, () => Promise<(program: Command) => void>>> = {
  review: async () => (await import('./review.ts')).addReviewCommand,
  measure: async () => (await import('./measure.ts')).addMeasureCommand,
  lineage: async () => (await import('./lineage.ts')).addLineageCommand,
  state: async () => (await import('./state.ts')).addStateCommand,
  'diff-sql': async () => (await import('./diff-sql.ts')).addDiffSqlCommand,
  pii: async () => (await import('./pii.ts')).addPiiCommand,
  audit: async () => (await import('./audit.ts')).addAuditCommand,
  serve: async () => (await import('./serve.ts')).addServeCommand,
};

const EXAMPLES = `
Examples:
  $ weirkeeper review --base target-main --head target
  $ weirkeeper review --base base/ --head head/ --pr pr.json --warehouse duckdb:///data/dev.duckdb --format markdown
  $ weirkeeper measure --base target-main --head target --warehouse postgres://reader@host/db
  $ weirkeeper lineage --manifest target/manifest.json --catalog target/catalog.json --format json
  $ weirkeeper state --base target-main --head target --select state:modified+
  $ weirkeeper diff-sql --dialect snowflake orders.before.sql orders.sql
  $ weirkeeper pii --manifest target/manifest.json --format csv > personal-data.csv
  $ weirkeeper audit export > audit.jsonl
  $ weirkeeper audit verify audit.jsonl --key keys.json --git .
  $ weirkeeper audit show 42 audit.jsonl
  $ weirkeeper serve

Exit codes: 0 passed, 1 failed, 2 could not tell, 3 wrong use.`;

/** Does what the command line says and gives the exit code. What went wrong is said on standard error. */
export async function run(args: readonly string[]): Promise<number> {
  const program = new Command('weirkeeper')
    .description('Reviews changes to dbt projects: what a change does to the data, and who is downstream.')
    .version(version)
    .exitOverride()
    .showHelpAfterError('(weirkeeper --help shows what there is)')
    .addHelpText('after', EXAMPLES);
  const named = args[0] !== undefined && Object.hasOwn(commands, args[0]) ? [args[0]] : Object.keys(commands);
  for (const name of named) (await commands[name]?.())?.(program);
  try {
    process.exitCode = EXIT.passed;
    await program.parseAsync(args, { from: 'user' });
    return exitCode();
  } catch (error) {
    return explain(error);
  }
}

/** What a command has set. */
function exitCode(): number {
  return typeof process.exitCode === 'number' ? process.exitCode : EXIT.passed;
}

/** Says what went wrong in one line and gives the exit code. A stack is shown only for what should not happen. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.passed : EXIT.usage;
  if (error instanceof WeirkeeperError) {
    console.error(`weirkeeper: ${error.message}`);
    return EXIT.usage;
  }
  console.error(error);
  return EXIT.usage;
}
