// Sends a question to an LLM and returns its text; knows nothing of what is done with it.

export { chooseLlm } from './choose-llm.ts';
export type { LlmSettings } from './openai.ts';
export { noLlm, openAiSource } from './openai.ts';
