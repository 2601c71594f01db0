import type { Span } from '#core/sql';
import type { Block, Condition, Input, Output, Plan, SetPlan, StarOutput, Term } from '../plan/plan.ts';

/** A place in one side's SQL. */
export interface EditPlace {
  readonly side: 'base' | 'head';
  readonly span: Span;
}

interface Of<Kind extends string> {
  readonly kind: Kind;
  readonly place: EditPlace;
  /** The matched scopes in which it happened; `head`'s terms name inputs as `base`'s do. */
  readonly base: Plan;
  readonly head: Plan;
  /** Output columns of the model that read what changed; 'all' where rows move. */
  readonly columns: readonly string[] | 'all';
}

interface InBlock<Kind extends string> extends Of<Kind> {
  readonly base: Block;
  readonly head: Block;
}

type Clause = 'where' | 'having' | 'qualify';

/** One difference in meaning, one for each cause. */
export type Edit =
  | (InBlock<'join-added'> & { readonly input: Input })
  | (InBlock<'join-removed'> & { readonly input: Input })
  | (InBlock<'join-kind'> & { readonly before: Input; readonly after: Input })
  /** Conditions of a join that has both sides: of ON, or in `where` for an inner join. */
  | (InBlock<'join-condition'> & {
      readonly before: Input;
      readonly after: Input;
      readonly added: readonly Condition[];
      readonly removed: readonly Condition[];
    })
  /** Another relation, or another function, in the place of an input. */
  | (InBlock<'source-changed'> & { readonly before: Input; readonly after: Input })
  | (InBlock<'filter-added'> & { readonly clause: Clause; readonly condition: Condition })
  | (InBlock<'filter-removed'> & { readonly clause: Clause; readonly condition: Condition })
  /** Two conditions that are alike: the same columns, or most of the same words. */
  | (InBlock<'filter-changed'> & { readonly clause: Clause; readonly before: Condition; readonly after: Condition })
  | (InBlock<'group-by'> & {
      readonly added: readonly Term[];
      readonly removed: readonly Term[];
      /** Whether only one side groups. */
      readonly only: 'base' | 'head' | null;
    })
  | InBlock<'distinct-added'>
  | InBlock<'distinct-removed'>
  | (InBlock<'distinct-on'> & { readonly added: readonly Term[]; readonly removed: readonly Term[] })
  | (Of<'set-quantifier'> & { readonly base: SetPlan; readonly head: SetPlan })
  | (Of<'set-operator'> & { readonly base: SetPlan; readonly head: SetPlan })
  | (Of<'set-members'> & {
      readonly base: SetPlan;
      readonly head: SetPlan;
      readonly added: readonly Plan[];
      readonly removed: readonly Plan[];
    })
  | (InBlock<'output-added'> & { readonly output: Output })
  | (InBlock<'output-removed'> & { readonly output: Output })
  /** The same column by name (by position in a set operation), another term. */
  | (InBlock<'output-changed'> & { readonly before: Output; readonly after: Output })
  | (InBlock<'stars'> & { readonly added: readonly StarOutput[]; readonly removed: readonly StarOutput[] })
  /** ORDER BY where it decides which rows stay. */
  | (Of<'order'> & { readonly before: readonly Term[]; readonly after: readonly Term[] })
  | (Of<'limit'> & { readonly before: string | null; readonly after: string | null })
  /** The scopes are too different to be told apart by parts, or a part was not understood. */
  | Of<'rewritten'>;
