import type { Edit, Term } from '#core/meaning';
import { termText } from '#core/rules';
import type { Found } from './found.ts';

/** Values of a message that name the node that it is about. */
export const nodeNames: readonly string[] = ['model', 'node', 'seed', 'snapshot'];

/** What a finding says beside the node that it is about. */
export function dataOf({ finding: { data } }: Found): string {
  return JSON.stringify(Object.entries(data).filter(([name]) => !nodeNames.includes(name)));
}

/**
 * The same for findings with one cause: a rule says the same of several nodes, or what was edited is the same but for the relations
 * (a condition that came to fifteen joins) or for the columns (one expression around each).
 */
export function causeOf(found: Found): string {
  const { rule, finding, severity } = found;
  const shapes = finding.edits.map((edit) => shapeOf(edit, `${rule.id}/${finding.messageId}`));
  const said = shapes.length > 0 && shapes.every((shape) => shape !== null) ? shapes : dataOf(found);
  return JSON.stringify([rule.id, finding.messageId, severity, finding.basis, said]);
}

/** Messages that speak of a join's conditions themselves; others tell of each join what follows from them. */
const ofConditions: ReadonlySet<string> = new Set(
  ['join', 'join-added', 'join-removed'].map((id) => `filter-changed/${id}`).concat('join-fan-out/untested'),
);

/** What was edited, without the relations of conditions and without the columns of outputs; null where that is not the cause. */
function shapeOf(edit: Edit, message: string): readonly string[] | null {
  const texts = (conditions: readonly { readonly term: Term }[]): readonly string[] =>
    conditions.map(({ term }) => bare(term)).sort();
  switch (edit.kind) {
    case 'filter-added':
    case 'filter-removed':
      return [edit.kind, edit.clause, bare(edit.condition.term)];
    case 'filter-changed':
      return [edit.kind, edit.clause, bare(edit.before.term), bare(edit.after.term)];
    case 'join-condition':
      return ofConditions.has(message) ? [edit.kind, ...texts(edit.removed), '>', ...texts(edit.added)] : null;
    case 'output-changed':
      return [edit.kind, anyColumn(edit.before.term), anyColumn(edit.after.term)];
    default:
      return null;
  }
}

function bare(term: Term): string {
  return termText(term, ({ name }) => name);
}

function anyColumn(term: Term): string {
  return termText(term, () => '·');
}
