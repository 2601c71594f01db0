import { isNonEmpty } from '#core/base';
import { keptInMeaning } from '#core/policy';
import { findingsSection } from './comment-findings.ts';
import { foldedSection } from './comment-folded.ts';
import { footer } from './comment-footer.ts';
import { deepReviewLine, gatesSection, missingSection } from './comment-gates.ts';
import { modelsSection } from './comment-models.ts';
import type { Detail } from './detail.ts';
import { details } from './detail.ts';
import { prose } from './escape.ts';
import { lineageSection } from './lineage-graph.ts';
import { modelRows, samenessText } from './model-rows.ts';
import { counted, utf8Length } from './quantities.ts';
import type { ReviewView } from './review-view.ts';
import { isQuiet, verdictWords } from './verdict-words.ts';

/** By this the app finds its own comment again. */
export const COMMENT_MARKER = '<!-- weirkeeper:review -->';

const MAX_LENGTH = 59_900;
/** A check run's text holds 65,535. */
const MAX_BYTES = 65_000;

/** The one comment of a review, Markdown, at most 60,000 characters. The same view gives the same bytes. */
export function renderComment(view: ReviewView): string {
  return `${COMMENT_MARKER}\n${reviewMarkdown(view)}\n`;
}

/** A whole review as Markdown that fits a comment and a check run's text, without the comment's marker. */
export function reviewMarkdown(view: ReviewView): string {
  const quiet = isQuiet(view);
  let text = '';
  for (const detail of details) {
    text = sections(view, detail, quiet)
      .filter((section) => section !== '')
      .join('\n\n');
    if (text.length <= MAX_LENGTH && utf8Length(text) <= MAX_BYTES) break;
  }
  return text;
}

/** The first line: outcome, the one reason, rung. Markdown without the heading's mark. */
export function verdictLine(view: ReviewView, maxReason: number): string {
  const { icon, word, reason, rung } = verdictWords(view);
  return [`${icon} ${word}`, prose(reason, maxReason), rung].filter((part) => part !== '').join(' · ');
}

function sections(view: ReviewView, detail: Detail, quiet: boolean): readonly string[] {
  const heading = `### ${verdictLine(view, 140)}`;
  if (quiet) return [heading, quietSentence(view), footer(view, detail)];
  if (view.missing !== null) return [heading, missingSection(view), footer(view, detail)];
  const rows = modelRows(view);
  return [
    heading,
    sinceLastPush(view),
    findingsSection(view, detail),
    rungSentence(view),
    modelsSection(view, rows, detail),
    alsoModifiedSentence(view),
    gatesSection(view, detail),
    deepReviewLine(view, detail),
    detail.lineage ? lineageSection(view) : '',
    foldedSection(view, detail),
    footer(view, detail),
  ];
}

function quietSentence(view: ReviewView): string {
  const modified = view.change?.modified ?? [];
  const columns = view.coverage?.columns ?? 0;
  const counts = [...view.rows.values()].filter(({ base, head }) => base !== null && head !== null).length;
  const looked = [
    counted(modified.length, 'modified model'),
    ...(columns > 0 ? [`lineage of ${counted(columns, 'column')}`] : []),
    ...(counts > 0 ? [`rows of ${counted(counts, 'model')} before and after, all the same`] : []),
  ];
  const same = view.change === null ? '' : samenessText(keptInMeaning(view.change));
  const rung = rungSentence(view);
  return `Looked at ${looked.join(', ')}${same === '' ? '' : `; ${same}`}.${rung === '' ? '' : ` ${rung}`}`;
}

/** Why the rung is what it is, where no finding says it. */
function rungSentence(view: ReviewView): string {
  const { verdict } = view;
  const told = new Set(verdict.gates.flatMap(({ findings }) => findings.map(({ text }) => text)));
  const said = verdictWords(view).reason;
  const reasons = verdict.reasons.filter(
    (reason) =>
      reason !== said &&
      !told.has(reason) &&
      !verdict.gates.some(({ gateId, summary }) => reason === `${gateId}: ${summary}`),
  );
  const own = reasons.filter(
    (reason) => !/^and \d+ more like these$/.test(reason) && !/^no (?:finding|model|change) /.test(reason),
  );
  return isNonEmpty(own)
    ? `Rung ${verdict.rung.slice(1)} because ${own
        .slice(0, 3)
        .map((reason) => prose(reason, 160))
        .join('; ')}.`
    : '';
}

/** `Also modified: 3 tests, 1 exposure.` */
function alsoModifiedSentence({ change }: ReviewView): string {
  const byType = Map.groupBy(change?.alsoModified ?? [], ({ resourceType }) => resourceType);
  const counts = [...byType].map(([type, nodes]) =>
    counted(nodes.length, type === 'test' ? 'data test' : type.replaceAll('_', ' ')),
  );
  return counts.length === 0 ? '' : `Also modified: ${counts.sort().join(', ')}.`;
}

function sinceLastPush({ verdict, previousFingerprints }: ReviewView): string {
  if (previousFingerprints === null) return '';
  const before = new Set(previousFingerprints);
  const now = new Set<string>(verdict.gates.flatMap(({ findings }) => findings.map(({ fingerprint }) => fingerprint)));
  const fresh = [...now].filter((fingerprint) => !before.has(fingerprint)).length;
  const gone = [...before].filter((fingerprint) => !now.has(fingerprint)).length;
  if (fresh === 0 && gone === 0) return '';
  const parts = [
    ...(fresh > 0 ? [`${counted(fresh, 'finding')} new`] : []),
    ...(gone > 0 ? [`${gone} gone`] : []),
    ...(now.size - fresh > 0 ? [`${now.size - fresh} unchanged`] : []),
  ];
  return `Since the last push: ${parts.join(', ')}.`;
}
