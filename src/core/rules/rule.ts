import type { UniqueId } from '#core/base';
import type { Change } from '#core/change';
import type { Edit, Facts, Plan } from '#core/meaning';
import type { Span } from '#core/sql';

/**
 * How bad the error is that a rule names. S1 blocks where it is proven or shown by a counterexample; S2 wants a person to say
 * that it is meant; S3 is told; S4 is told folded.
 */
export type Severity = 'S1' | 'S2' | 'S3' | 'S4';

/** A model that both sides have and read, changed in meaning: not proven equal. */
export interface ComparedModel {
  readonly uniqueId: UniqueId;
  readonly base: Plan;
  readonly head: Plan;
  /** What differs, by meaning. */
  readonly edits: readonly Edit[];
}

/** All that a rule may look at. */
export interface RuleInput {
  readonly change: Change;
  /** Ordered by unique_id. */
  readonly models: readonly ComparedModel[];
  readonly facts: { readonly base: Facts; readonly head: Facts };
}

/** Where the cause of a finding stands. */
export type RulePlace =
  /** In the compiled SQL of the finding's model, on one side. */
  | { readonly kind: 'compiled'; readonly side: 'base' | 'head'; readonly span: Span }
  /** A text in the code or the properties file of a node: its line among those that the pull request adds or takes away. */
  | {
      readonly kind: 'text';
      readonly uniqueId: UniqueId;
      readonly in: 'code' | 'properties';
      readonly text: string | RegExp;
    };

/** One thing that a rule has to say, about one cause. */
export interface RuleFinding<MessageId extends string = string> {
  readonly messageId: MessageId;
  /** Values of the message; identifiers and text are shown as text, never as Markdown. */
  readonly data: Readonly<Record<string, string | number>>;
  /** The node whose change is the cause. */
  readonly uniqueId: UniqueId;
  /** Output columns whose values move; empty where rows move. Says who is downstream. */
  readonly columns: readonly string[];
  readonly place: RulePlace | null;
  /** `proven`: follows from the SQL and from facts of the project. `heuristic`: where a fact had to be guessed. */
  readonly basis: 'proven' | 'heuristic';
  /** Where it is not the rule's. */
  readonly severity?: Severity;
  /** Under which data it matters, or which test is missing; '' when the message says it. */
  readonly matters: string;
  /** What would prove the change safe, as an imperative phrase. */
  readonly safeIf: string;
  /** YAML to paste that would do it. */
  readonly yaml?: string;
  /** What it is caused by. Of two findings with an edit in common only the worse is told, the earlier rule where they are equal. */
  readonly edits: readonly Edit[];
  /** Tells it apart from others of the same rule, message and node, the same on every run; names, never positions. */
  readonly key: string;
}

/** A relation that an example reads. */
export interface ExampleRelation {
  /** `name → type`, types in DuckDB's words. */
  readonly columns: Readonly<Record<string, string>>;
  /** Sets of columns with a unique test. */
  readonly keys?: readonly (readonly string[])[];
  readonly notNull?: readonly string[];
  /** Columns with a relationships test: column → `relation.column`. */
  readonly references?: Readonly<Record<string, string>>;
}

/** A change of a model's SQL, in DuckDB's dialect, so that it can be run. Relations are named without a schema. */
export interface SqlExample {
  readonly kind: 'sql';
  /** In a few words, what the example shows; '' where the SQL says it. */
  readonly title: string;
  readonly before: string;
  readonly after: string;
  readonly relations: Readonly<Record<string, ExampleRelation>>;
  /** The dialect, where it is another than DuckDB's; such an example is not run. */
  readonly dialect?: string;
  /** Why it is not run on DuckDB, where it is not. */
  readonly notRun?: string;
}

/** A change of dbt's YAML, config or Jinja, which no database can run; shown on the page, held by the rule's spec. */
export interface DbtExample {
  readonly kind: 'dbt';
  readonly title: string;
  readonly language: 'yaml' | 'sql' | 'csv';
  readonly before: string;
  readonly after: string;
}

/** The page of a rule in the docs, generated from this. */
export interface RulePage<Example> {
  /** What it looks for, with the conditions under which it is silent. */
  readonly what: string;
  /** What goes wrong, and why nobody sees it. */
  readonly why: string;
  /** An edit that it must tell. */
  readonly fires: Example;
  /** Further edits that it must tell, where it tells several things. */
  readonly alsoFires?: readonly Example[];
  /** Edits that look alike and that it must not tell. */
  readonly silent: readonly Example[];
  /** What would prove such a change safe. */
  readonly safeIf: string;
  /** How to say that a change is meant; added to what holds for every rule. '' for nothing more. */
  readonly waive: string;
}

/** The contract of a rule, its types open. Rules are plain objects made by `defineRule`. */
export interface RuleDefinition<MessageId extends string, Example extends SqlExample | DbtExample> {
  /** Kebab-case, the same as the file's name; never changes. */
  readonly id: string;
  /** What it is called, in a few words: `Row fan-out by a join`. */
  readonly title: string;
  readonly severity: Severity;
  readonly page: RulePage<Example>;
  /** Every sentence this rule can say. `{name}` stands for a value of the finding's data. */
  readonly messages: Readonly<Record<MessageId, string>>;
  /** What it finds, in the order of models. Pure: no finding about a model that is not changed. */
  find(input: RuleInput): readonly RuleFinding<MessageId>[];
}

/** A rule with its message ids sealed away, so that one plain list holds them all. */
export interface Rule {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly page: RulePage<SqlExample | DbtExample>;
  readonly messages: Readonly<Record<string, string>>;
  find(input: RuleInput): readonly RuleFinding[];
}

/** Seals a rule's types. A message id that is not in `messages` does not compile. */
export function defineRule<MessageId extends string, Example extends SqlExample | DbtExample>(
  definition: RuleDefinition<MessageId, Example>,
): Rule {
  return definition;
}
