import { reason } from '#core/base';
import type { ProjectSide, Sides } from '#core/change';
import type { Answer, Question } from '#core/evidence';
import { columnsFromCatalog, rowsFromCatalog } from '#core/evidence';
import type { EvidenceSource } from './ports.ts';

/** The reason that says least: that of any other source goes before it. */
export const notInCatalog = 'not-in-catalog';

/** Counts rows by the statistics of both sides' `catalog.json` and lists columns as it does; to be asked last, since it may be old. */
export function catalogRows(sides: Sides): EvidenceSource {
  return {
    kinds: ['row-count', 'columns'],
    answer: (question) => Promise.resolve(fromCatalog(question, sides) ?? { known: false, reason: none }),
  };
}

const none = reason(notInCatalog, 'catalog.json has no statistics of the relation');

function fromCatalog(question: Question, sides: Sides): Answer | null {
  if (question.kind !== 'row-count' && question.kind !== 'columns') return null;
  const side: ProjectSide = sides[question.side];
  const { catalog } = side;
  const made = side.runResults?.generatedAt ?? side.project.metadata.generatedAt;
  return question.kind === 'columns'
    ? columnsFromCatalog(question, { catalog, made })
    : rowsFromCatalog(question, { catalog, made });
}
