import type { ProjectSide } from '#core/change';
import type { DbtCatalog, DbtProject } from '#core/dbt';
import { toDialect } from '#core/sql';
import { createSqlReader } from '#edges/sql-engines';
import { noLineageCache, traceSides } from '#review';
import type { installSqlglot } from '../../test/conformance/install-sqlglot.ts';
import { type Case, corpora, corpusCases, ourAnswers, schemaFor } from '../../test/conformance/lineage-cases.ts';
import { askSqlglot } from '../../test/conformance/sqlglot-answers.ts';

type Sqlglot = ReturnType<typeof installSqlglot>;

/** The projects of the corpora. */
export function corpusSides(): readonly ProjectSide[] {
  corpusCases();
  return [...corpora.values()].map(sideFrom);
}

function sideFrom({ project, catalog }: { project: DbtProject; catalog: DbtCatalog | null }): ProjectSide {
  return { project, catalog, runResults: null, artifacts: [], origin: 'corpora', stale: null };
}

/** sqlglot's CPU milliseconds a model over the models that we read, each as often as it stands in a project. */
export async function meanOfCorpora(sqlglot: Sqlglot, keep: boolean): Promise<number> {
  const cases = corpusCases();
  const reader = createSqlReader({ timeout: 60_000 });
  await ourAnswers(cases, reader);
  await reader.close();
  const answers = await askSqlglot(cases, sqlglot, keep);
  const byText = new Map(cases.map((one) => [`${one.dialect}\n${one.sql}`, answers.get(one.key)?.ms]));
  const times: number[] = [];
  for (const { project } of corpora.values()) {
    const texts = new Set(
      [...project.nodes.values()].map(
        ({ compiledCode }) => `${toDialect(project.metadata.adapterType)}\n${compiledCode ?? ''}`,
      ),
    );
    for (const text of texts) times.push(...[byText.get(text)].filter((ms) => ms !== undefined));
  }
  return mean(times);
}

/** sqlglot's CPU milliseconds a model over 50 of a generated project, evenly from all of it, each with the columns of what it reads. */
export async function meanOfGenerated(sqlglot: Sqlglot, side: ProjectSide): Promise<number> {
  const sqlReader = createSqlReader({ timeout: 60_000 });
  const { lineage } = await traceSides({ base: side, head: side }, { sqlReader, lineageCache: noLineageCache });
  await sqlReader.close();
  const models = [...side.project.nodes.values()];
  const cases = Array.from({ length: 50 }, (_, at): Case => {
    const node = models[Math.floor((at * models.length) / 50)];
    if (node === undefined) throw new TypeError('a project without models');
    const schema = schemaFor(node, side.project, lineage.head);
    return { key: node.uniqueId, group: 'generated', sql: node.compiledCode ?? '', dialect: 'postgres', schema };
  });
  return mean([...(await askSqlglot(cases, sqlglot, false)).values()].map(({ ms }) => ms));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
