import { Command, CommanderError } from 'commander';
import { WeirkeeperError } from '#core/base';
import { addAuditCommand } from './audit.ts';
import { EXIT } from './exit.ts';
import { addLineageCommand } from './lineage.ts';
import { addPiiCommand } from './pii.ts';
import { addReviewCommand } from './review.ts';
import { addServeCommand } from './serve.ts';
import { addStateCommand } from './state.ts';

const EXAMPLES = `
Examples:
  $ weirkeeper review --base target-main --head target
  $ weirkeeper review --base base/ --head head/ --pr pr.json --warehouse duckdb:///data/dev.duckdb --format markdown
  $ weirkeeper lineage --manifest target/manifest.json --catalog target/catalog.json --format json
  $ weirkeeper state --base target-main --head target --select state:modified+
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
    .exitOverride()
    .showHelpAfterError('(weirkeeper --help shows what there is)')
    .addHelpText('after', EXAMPLES);
  for (const add of [
    addReviewCommand,
    addLineageCommand,
    addStateCommand,
    addPiiCommand,
    addAuditCommand,
    addServeCommand,
  ])
    add(program);
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
