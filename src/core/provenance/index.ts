// Whether an LLM helped with a change, and on what evidence.
export type { Assistance, AssistanceEvidence, AssistanceLevel } from './assistance.ts';
export { detectAssistance } from './detect-assistance.ts';
