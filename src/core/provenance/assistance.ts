import type { Reason } from '#core/base';

/** How much an LLM had to do with a change, as far as the evidence tells. `unknown` never means "by a person alone". */
export type AssistanceLevel = 'assisted' | 'likely' | 'touched' | 'unknown';

export interface AssistanceEvidence {
  /** The detector that saw it: trailer, login, branch, body, … */
  readonly kind: string;
  /** Where: `commit 1a2b3c4`, `author`, `branch`, `body`. */
  readonly where: string;
  /** The tool it names: Claude, Copilot, Codex, …; null when it names none. */
  readonly tool: string | null;
  /** What was read, shortened; shown as text. */
  readonly text: string;
  /** 0 to 100, as in the scoring of section 2.3 of the specification. */
  readonly score: number;
}

export interface Assistance {
  readonly level: AssistanceLevel;
  readonly evidence: readonly AssistanceEvidence[];
  readonly tools: readonly string[];
  /** Set when a person's command or label decided, or when commits could not be listed in full. */
  readonly note: Reason | null;
}
