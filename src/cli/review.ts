import type { Command } from 'commander';
import { Option } from 'commander';
import { RepositoryError } from '#core/base';
import { renderComment, renderJson, renderText } from '#core/render';
import type { DirectorySettings } from '#edges/artifacts';
import { counterexampleSource } from '#edges/counterexample';
import { createSqlReader, createTranslator } from '#edges/sql-engines';
import type { Review } from '#review';
import { localRequest, reviewPullRequest, toView } from '#review';
import { doubtsOf } from './doubts.ts';
import { EXIT } from './exit.ts';
import type { ReviewFiles } from './file-ports.ts';
import { filePorts } from './file-ports.ts';
import { openWarehouseAt } from './open-warehouse.ts';
import { readPolicyFile } from './policy-file.ts';
import { readPullRequestFile } from './pull-request-file.ts';
import { readText } from './read-text.ts';
import { requiredPath } from './required-path.ts';

interface ReviewFlags {
  readonly base: string;
  readonly head: string;
  readonly baseCatalog?: string;
  readonly headCatalog?: string;
  readonly pr?: string;
  readonly policy?: string;
  readonly expect?: string;
  readonly warehouse?: string;
  readonly evidence?: string;
  readonly deep?: true;
  readonly format: 'text' | 'markdown' | 'json';
}

/** `weirkeeper review`: the same line as the App's, from files to standard output. */
export function addReviewCommand(program: Command): void {
  program
    .command('review')
    .description('review the change between two sets of dbt artifacts')
    .requiredOption(
      '--base <path>',
      'directory with manifest.json (catalog.json, run_results.json; each may be .gz), or a manifest file',
    )
    .requiredOption('--head <path>', 'the same, of the change')
    .option('--base-catalog <file>', 'catalog.json of the base, when it lies elsewhere')
    .option('--head-catalog <file>', 'catalog.json of the head, when it lies elsewhere')
    .option('--pr <file>', 'JSON with title, body, commits and files of the pull request')
    .option('--policy <file>', 'policy file; without it, the defaults')
    .option('--expect <file>', 'declared moves of rows: .github/weirkeeper-expect.yml')
    .addOption(new Option('--warehouse <url>', 'where to measure, read-only: docs/warehouses.md').conflicts('evidence'))
    .option('--evidence <file>', 'weirkeeper-evidence.json with counts')
    .option('--deep', 'ask the LLM too (OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_MODEL)')
    .addOption(new Option('--format <format>', 'how to print').choices(['text', 'markdown', 'json']).default('text'))
    .action(async (flags: ReviewFlags) => {
      const review = await reviewFiles(flags);
      process.exitCode = EXIT[review.verdict.outcome];
      process.stdout.write(`${printed(review, flags.format)}\n`);
      for (const doubt of doubtsOf(review, flags)) console.error(`weirkeeper: ${doubt}`);
    });
}

async function reviewFiles(flags: ReviewFlags): Promise<Review> {
  const files: ReviewFiles = {
    base: sideOf('base', flags.base, flags.baseCatalog),
    head: sideOf('head', flags.head, flags.headCatalog),
    policy: flags.policy === undefined ? null : readPolicyFile(flags.policy).text,
    evidence: flags.evidence ?? null,
    expectations: flags.expect === undefined ? null : readText(flags.expect, '--expect'),
    pullRequest: flags.pr === undefined ? null : readPullRequestFile(flags.pr),
  };
  const warehouse = flags.warehouse === undefined ? null : openWarehouseAt(flags.warehouse);
  const sqlReader = createSqlReader();
  const translator = createTranslator();
  const counterexamples = counterexampleSource(translator);
  try {
    const ports = filePorts(files, sqlReader, [...(warehouse === null ? [] : [warehouse]), counterexamples]);
    const review = await reviewPullRequest(
      localRequest(files.pullRequest, flags.deep === true ? 'deep' : 'standard'),
      ports,
    );
    if (review === null) throw new RepositoryError('superseded', 'the head changed while it was reviewed');
    return review;
  } finally {
    await Promise.all([sqlReader.close(), translator.close(), counterexamples.close()]);
    await warehouse?.close();
  }
}

function sideOf(side: 'base' | 'head', path: string, catalog: string | undefined): DirectorySettings {
  const own = { path: requiredPath(path, `--${side}`) };
  return catalog === undefined ? own : { ...own, catalog: requiredPath(catalog, `--${side}-catalog`) };
}

function printed(review: Review, format: ReviewFlags['format']): string {
  const view = toView(review, { serverUrl: 'https://github.com', previousFingerprints: null });
  if (format === 'json') return JSON.stringify(renderJson(view), null, 2);
  return format === 'markdown' ? renderComment(view) : renderText(view);
}
