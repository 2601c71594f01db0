import type { Assistance, AssistanceEvidence } from '#core/provenance';
import type { Detail } from './detail.ts';
import { code, commit, prose } from './escape.ts';
import { counted, shortSha } from './quantities.ts';
import type { ReviewView } from './review-view.ts';

/** Assistance evidence if any, what GitHub did not list, then which policy and record, then what a reader may type. */
export function footer(view: ReviewView, detail: Detail): string {
  return [assistanceLine(view, detail), cutsLine(view), `<sub>${factsLine(view)}</sub>`]
    .filter((line) => line !== '')
    .join('\n\n');
}

/** What is known of an LLM's part, as plain words: '' when nothing is. */
export function assistanceWords({ level }: Assistance): string {
  switch (level) {
    case 'assisted':
      return 'Assisted by an LLM';
    case 'likely':
      return 'Likely assisted by an LLM';
    case 'touched':
      return 'An LLM’s suggestion was applied';
    case 'unknown':
      return '';
  }
}

function assistanceLine({ assistance, verdict }: ReviewView, detail: Detail): string {
  const words = assistanceWords(assistance);
  if (words === '') return '';
  const byKind = [...Map.groupBy(assistance.evidence, ({ kind, tool }) => `${kind}\n${tool ?? ''}`).values()];
  const told = byKind.slice(0, 3).map((group) => {
    const [first] = group;
    if (first === undefined) return '';
    const places = new Set(group.map(({ where }) => where)).size;
    const where =
      places === 1
        ? placeWords(first)
        : ` in ${counted(places, first.where.startsWith('commit') ? 'commit' : 'place')}`;
    return `${prose(first.kind, 30)} ${code(first.text, Math.min(100, detail.prose))}${where}`;
  });
  const evidence =
    told.length === 0 ? '' : ` (${told.join('; ')}${byKind.length > 3 ? `; ${byKind.length - 3} more` : ''})`;
  const asks =
    assistance.level === 'assisted' && verdict.rung >= 'T2' ? ': needs a senior reviewer who is not the author' : '';
  return `🤖 ${words}${evidence}${asks}.`;
}

function cutsLine({ cuts }: ReviewView): string {
  return cuts.length === 0 ? '' : `✂️ ${cuts.map(({ text }) => `${prose(text, 240)}.`).join(' ')}`;
}

/** ` in commit 1a2b3c4`; '' where the kind of evidence says it already. */
export function placeWords({ kind, where }: AssistanceEvidence): string {
  const known = where.trim();
  if (known === kind || known === 'commit') return '';
  return known.startsWith('commit ') ? ` in commit ${commit(known.slice(7))}` : ` in ${prose(known, 60)}`;
}

function factsLine({ policy, record, commands }: ReviewView): string {
  const rules =
    policy.file === null ? 'default policy' : `policy ${code(policy.file.path)} at ${code(shortSha(policy.file.sha))}`;
  const mode = policy.mode === 'advisory' ? ['advisory: nothing here stops a merge'] : [];
  const kept =
    record === null
      ? []
      : [`record ${record.seq} ${code(`sha256:${record.digest.replace(/^sha256:/, '').slice(0, 12)}`)}`];
  const typed = commands.slice(0, 4).map((command) => code(command, 100));
  return [rules, ...mode, ...kept, ...typed].join(' · ');
}
