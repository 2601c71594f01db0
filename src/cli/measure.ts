import { writeFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { grouped, RepositoryError, version } from '#core/base';
import { evidenceFileName } from '#core/evidence';
import { createSqlReader } from '#edges/sql-engines';
import { EvidenceFile, relationsIn } from '#edges/warehouse';
import type { Measured } from '#review';
import { localRequest, measure } from '#review';
import { filePorts } from './file-ports.ts';
import { openWarehouseAt } from './open-warehouse.ts';
import { readPolicyFile } from './policy-file.ts';
import { requiredPath } from './required-path.ts';
import { sentence } from './sentence.ts';
import { evidenceSigner } from './sign-evidence.ts';

interface MeasureFlags {
  readonly base: string;
  readonly head: string;
  readonly warehouse: string;
  readonly policy?: string;
  readonly out: string;
}

/** `weirkeeper measure`: what a review would ask of data, answered in the repository's own CI and written to a file. */
export function addMeasureCommand(program: Command): void {
  program
    .command('measure')
    .description(`measure what a review of these artifacts asks of data, and write ${evidenceFileName}`)
    .requiredOption('--base <path>', 'directory with manifest.json and, if any, catalog.json, or a manifest file')
    .requiredOption('--head <path>', 'the same, of the change')
    .addOption(
      new Option('--warehouse <url>', 'where to measure, read-only: docs/warehouses.md')
        .env('WAREHOUSE_URL')
        .makeOptionMandatory(),
    )
    .option('--policy <file>', 'policy file: which questions, and how many; without it, the defaults')
    .option('--out <file>', 'where to write', evidenceFileName)
    .action(async (flags: MeasureFlags) => {
      const signed = evidenceSigner();
      const measured = await measureFiles(flags);
      const file = signed(toFile(measured, new Date()));
      writeFileSync(flags.out, `${JSON.stringify(file, null, 1)}\n`);
      tellPrice(measured);
      tellMissing(measured);
      console.error(
        `weirkeeper: ${flags.out}: ${file.counts.length + (file.measured?.length ?? 0)} of ${measured.questions.length} questions answered`,
      );
    });
}

async function measureFiles(flags: MeasureFlags): Promise<Measured> {
  const warehouse = openWarehouseAt(flags.warehouse);
  const sqlReader = createSqlReader();
  const files = {
    base: { path: requiredPath(flags.base, '--base') },
    head: { path: requiredPath(flags.head, '--head') },
    policy: flags.policy === undefined ? null : readPolicyFile(flags.policy).text,
    evidence: null,
    pullRequest: null,
  };
  try {
    return await measure(localRequest(null, 'standard'), filePorts(files, sqlReader, [warehouse]));
  } finally {
    await sqlReader.close();
    await warehouse.close();
  }
}

function toFile({ sides, questions, answers }: Measured, now: Date): EvidenceFile {
  const counts: EvidenceFile['counts'] = [];
  const measured: NonNullable<EvidenceFile['measured']> = [];
  for (const question of questions) {
    const answer = answers.get(question.key);
    if (answer?.known !== true || answer.kind === 'claims' || answer.kind === 'counterexample') continue;
    const { at } = answer;
    if (answer.kind === 'row-count') {
      if (question.kind !== 'row-count') continue;
      const { side, uniqueId, relation } = question;
      counts.push({ side, unique_id: uniqueId, relation, rows: answer.rows, at });
    } else {
      const { kind, figures, text, columns, source } = answer;
      measured.push({
        key: question.key,
        kind,
        relations: [...relationsIn(question)],
        figures: { ...figures },
        text,
        ...(columns === undefined ? {} : { columns: [...columns] }),
        source,
        at,
      });
    }
  }
  const artifacts = (['base', 'head'] as const).flatMap((side) =>
    sides[side].artifacts
      .filter(({ name }) => name !== evidenceFileName)
      .map(({ name, sha256 }) => ({ side, name, sha256 })),
  );
  const file: EvidenceFile = {
    schema: 'weirkeeper.evidence/v1',
    generated_at: now.toISOString(),
    tool: `weirkeeper measure ${version}`,
    artifacts,
    counts,
    measured,
  };
  const checked = EvidenceFile.safeParse(file);
  if (checked.success) return file;
  throw new RepositoryError(
    'evidence-too-large',
    'more was measured than an evidence file may hold: lower `data.max_questions` in the policy',
  );
}

/** What was allowed before anything was asked. */
function tellPrice({ price }: Measured): void {
  if (price === null) return;
  const { asked, refused, bytes, unpriced } = price;
  const isUnknown = bytes === 0 && unpriced > 0;
  const size = isUnknown
    ? 'no catalog gives their sizes'
    : `${grouped(Math.ceil(bytes / 1e8) / 10)} GB by the catalogs`;
  const rest = unpriced === 0 || isUnknown ? '' : `, ${grouped(unpriced)} of unknown size`;
  console.error(`weirkeeper: ${asked} questions asked, ${refused} over the policy’s limits: ${size}${rest}`);
}

/** Why questions stay open, each reason once. */
function tellMissing({ questions, answers }: Measured): void {
  const reasons = questions.flatMap(({ key }) => {
    const answer = answers.get(key);
    return answer?.known === false ? [sentence(answer.reason)] : [];
  });
  for (const [text, all] of Map.groupBy(reasons, (one) => one))
    console.error(`weirkeeper: ${all.length} not measured: ${text}`);
}
