import type { Edit, Term } from '#core/meaning';
import type { ComparedModel, RuleFinding } from './rule.ts';
import { tell } from './tell.ts';
import { shortName } from './term-words.ts';

/** What a finding about one edit says; where it stands is the span of what is told, else of the edit. */
export interface ToldEdit<MessageId extends string> {
  readonly messageId: MessageId;
  readonly edit: Edit;
  readonly span?: Term['span'];
  readonly columns: readonly string[];
  readonly data: Readonly<Record<string, string | number>>;
  readonly matters: string;
  readonly safeIf: string;
  /** Names what was changed, without positions. */
  readonly key: string;
  readonly severity?: RuleFinding['severity'];
  readonly basis?: RuleFinding['basis'];
}

/** A finding about one edit of a model's SQL; `{model}` of the message is its name. */
export function tellEdit<MessageId extends string>(
  { uniqueId }: ComparedModel,
  { edit, span, columns, data, severity, basis = 'proven', ...rest }: ToldEdit<MessageId>,
): RuleFinding<MessageId> {
  return tell({
    ...rest,
    uniqueId,
    basis,
    columns,
    data: { model: shortName(uniqueId), ...data },
    place: { kind: 'compiled', side: edit.place.side, span: span ?? edit.place.span },
    edits: [edit],
    ...(severity === undefined ? {} : { severity }),
  });
}

/** Where an expression stands, for a sentence: `net` of an output, `the WHERE` of a clause. */
export function placeWords({ stands, name }: { readonly stands: string; readonly name: string }): string {
  if (stands === 'output') return `\`${name}\``;
  return stands === 'join' ? 'a join' : stands === 'group' ? 'the grouping' : `the ${name.toUpperCase()}`;
}
