import type { EvidenceSource } from '#review';
import { noLlm, openAiSource } from './openai.ts';

const standardModel = 'gpt-5';

/** The LLM that a configuration asks for; where it names no key, one that says so. */
export function chooseLlm(
  given: { readonly apiKey: string | null; readonly baseUrl: string | null; readonly model: string | null },
  deadlineMs: number,
): EvidenceSource {
  const { apiKey, baseUrl, model } = given;
  if (apiKey === null) return noLlm();
  return openAiSource({ apiKey, baseUrl: baseUrl ?? undefined, model: model ?? standardModel, deadlineMs });
}
