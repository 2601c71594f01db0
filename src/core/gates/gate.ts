import type { z } from 'zod';
import type { Fingerprint, NonEmpty, Reason, UniqueId } from '#core/base';
import type { Change, ColumnRef } from '#core/change';
import type { Answers, Counterexample, Question } from '#core/evidence';
import type { Assistance } from '#core/provenance';
import type { Severity } from '#core/rules';

/** What a finding costs by default; a repository's policy may say otherwise. Only `block` fails a required gate. */
export type Cost = 'block' | 'warn' | 'note';

/** What a finding rests on. Only `proven` and `measured` may block. */
export type Basis = 'proven' | 'measured' | 'heuristic';

/** What a finding of a semantic rule costs where the policy says nothing. */
export const severityCosts: Readonly<Record<Severity, Cost>> = { S1: 'block', S2: 'warn', S3: 'note', S4: 'note' };

/** A sentence that a gate can say. `{name}` stands for a value of the finding's data. */
export interface Message {
  readonly text: string;
  readonly cost: Cost;
}

/** Where a finding is shown: a path from the repository's root, and 1-based lines at head. */
export interface FileRange {
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
}

export interface Finding<MessageId extends string = string> {
  readonly messageId: MessageId;
  /** Of a semantic rule: how bad the error is that it names. It sets the cost where the policy does not. */
  readonly severity?: Severity;
  /** Values of the message; identifiers and text are shown as text, never as Markdown. */
  readonly data: Readonly<Record<string, string | number>>;
  readonly subject: UniqueId | ColumnRef;
  readonly place: FileRange | null;
  readonly basis: Basis;
  readonly fingerprint: Fingerprint;
  /** Under which data it matters; '' when the message says it. */
  readonly matters: string;
  /** Downstream models and consumers, nearest first. */
  readonly downstream: readonly UniqueId[];
  /** Models that take over no value of the subject but whose rows it moves, through a join, a filter or a grouping. */
  readonly movesRowsOf?: readonly UniqueId[];
  /** What would prove the change safe, as an imperative phrase; '' when nothing would. */
  readonly safeIf: string;
  /** A line of a block `weirkeeper-expect` that would declare it, its reason left open. */
  readonly declaration?: string;
  /** YAML to paste that would do it; none where it takes more. */
  readonly yaml?: string;
  /** Rows on which base and head differ, or why none are shown. */
  readonly counterexample?: Counterexample | string;
}

/** What a gate found. `summary` is one phrase for the table of gates. */
export type GateResult<MessageId extends string = string> =
  | { readonly outcome: 'passed'; readonly basis: Basis | 'not-applicable'; readonly summary: string }
  | {
      readonly outcome: 'failed';
      readonly summary: string;
      readonly findings: NonEmpty<Finding<MessageId>>;
      /** What the gate could not look at although it found something elsewhere. */
      readonly unknown: readonly Reason[];
    }
  | { readonly outcome: 'unknown'; readonly reason: Reason };

/** The page of a gate in the docs, generated from this. */
export interface GatePage {
  readonly what: string;
  readonly why: string;
  readonly howToFix: string;
  readonly howToWaive: string;
}

export interface GateInput<Options> {
  readonly change: Change;
  readonly assistance: Assistance;
  readonly depth: 'standard' | 'deep';
  readonly options: Options;
  /** Results of the gates before this one in the list that had nothing to ask: they are known already. */
  readonly settled: readonly { readonly gateId: string; readonly result: GateResult }[];
}

/** The contract of a gate, its types open. Gates are plain objects made by `defineGate`. */
export interface GateDefinition<Options, MessageId extends string> {
  /** Kebab-case, the same as the file's name; never changes. */
  readonly id: string;
  readonly title: string;
  readonly page: GatePage;
  /** Every sentence this gate can say, by message id. */
  readonly messages: Readonly<Record<MessageId, Message>>;
  /** The gate's options with their defaults; the policy's schema is assembled from these. */
  readonly options: z.ZodType<Options>;
  /** 'yes', or why there is nothing for this gate to look at. */
  appliesTo(input: GateInput<Options>): 'yes' | Reason;
  /** What it needs to know beyond the change. */
  ask?(input: GateInput<Options>): readonly Question[];
  judge(input: GateInput<Options>, answers: Answers): GateResult<MessageId>;
}

/** A gate with its option and message types sealed away, so that one plain list holds them all. */
export interface Gate {
  readonly id: string;
  readonly title: string;
  readonly page: GatePage;
  readonly messages: Readonly<Record<string, Message>>;
  readonly options: z.ZodType;
  /** `options` is what the policy holds for this gate; it is parsed, defaults filled in. */
  appliesTo(input: GateInput<unknown>): 'yes' | Reason;
  ask(input: GateInput<unknown>): readonly Question[];
  judge(input: GateInput<unknown>, answers: Answers): GateResult;
}

/** Seals a gate's types. An option that is not declared and a message id that is not in `messages` do not compile. */
export function defineGate<Options, MessageId extends string>(definition: GateDefinition<Options, MessageId>): Gate {
  function opened(input: GateInput<unknown>): GateInput<Options> {
    return { ...input, options: definition.options.parse(input.options ?? {}) };
  }
  return {
    id: definition.id,
    title: definition.title,
    page: definition.page,
    messages: definition.messages,
    options: definition.options,
    appliesTo: (input) => definition.appliesTo(opened(input)),
    ask: (input) => definition.ask?.(opened(input)) ?? [],
    judge: (input, answers) => definition.judge(opened(input), answers),
  };
}
