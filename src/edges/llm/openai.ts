import type OpenAI from 'openai';
import { sha256 } from '#core/audit';
import { type Reason, reason } from '#core/base';
import type { Answer, ClaimsQuestion, Question } from '#core/evidence';
import type { EvidenceSource } from '#review';

/** How to reach an OpenAI-compatible server. */
export interface LlmSettings {
  /** The server's base URL, with its version path; undefined for the provider's own. */
  readonly baseUrl: string | undefined;
  readonly apiKey: string;
  readonly model: string;
  /** For the whole question, retries included, in milliseconds. */
  readonly deadlineMs: number;
}

/** Asks an OpenAI-compatible server by chat completions with a strict JSON Schema. It is given no tools. */
export function openAiSource(settings: LlmSettings): EvidenceSource {
  return {
    kinds: ['claims'],
    async answer(question: Question): Promise<Answer> {
      if (question.kind !== 'claims')
        return { known: false, reason: reason('wrong-question', 'the LLM answers claims only') };
      // Hundreds of modules, that only a deep review needs.
      const { default: library } = await import('openai');
      try {
        return await ask(clientOf(library, settings), settings, question);
      } catch (error) {
        return { known: false, reason: explain(library, error, settings.deadlineMs) };
      }
    },
  };
}

function clientOf(library: typeof OpenAI, { apiKey, baseUrl, deadlineMs }: LlmSettings): OpenAI {
  return new library({
    apiKey,
    baseURL: baseUrl ?? null,
    maxRetries: 1,
    timeout: deadlineMs,
    logLevel: 'off',
    // The address is the operator's alone: no server may send our key or the question elsewhere.
    fetchOptions: { redirect: 'manual' },
  });
}

/** Stands in where no key is configured, so that the review can say so. */
export function noLlm(): EvidenceSource {
  const answer: Answer = {
    known: false,
    reason: reason(
      'no-llm',
      'no LLM is configured',
      'set OPENAI_API_KEY, and OPENAI_BASE_URL for a server of your own',
    ),
  };
  return { kinds: ['claims'], answer: () => Promise.resolve(answer) };
}

async function ask(client: OpenAI, settings: LlmSettings, question: ClaimsQuestion): Promise<Answer> {
  const completion = await client.chat.completions.create(
    {
      model: settings.model,
      messages: [
        { role: 'system', content: question.system },
        { role: 'user', content: question.prompt },
      ],
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'claims', strict: true, schema: question.answerSchema },
      },
    },
    { signal: AbortSignal.timeout(settings.deadlineMs) },
  );
  const choice = completion.choices[0];
  const text = choice?.message.content ?? '';
  const useless =
    choice === undefined ? reason('llm-empty', 'the LLM gave an empty reply') : whyUseless(choice, settings);
  if (useless !== null) return { known: false, reason: useless };
  return {
    known: true,
    kind: 'claims',
    text,
    model: completion.model,
    templateDigest: sha256(`${question.system}\n${JSON.stringify(question.answerSchema)}`),
    promptDigest: sha256(`${question.system}\n${question.prompt}`),
    replyDigest: sha256(text),
    tokens: { prompt: completion.usage?.prompt_tokens ?? 0, completion: completion.usage?.completion_tokens ?? 0 },
  };
}

/** Why a reply cannot be used; null when it can. */
function whyUseless(
  { message, finish_reason: end }: OpenAI.ChatCompletion.Choice,
  { apiKey }: LlmSettings,
): Reason | null {
  const text = message.content ?? '';
  if (message.refusal) return reason('llm-refused', 'the LLM refused to answer');
  if (end === 'length') return reason('llm-cut-off', 'the LLM’s reply was cut off');
  // A server that repeats the key would have it published with its claims.
  if (text.includes(apiKey)) return reason('llm-malformed', 'the LLM’s reply held the key that it was asked with');
  return text === '' ? reason('llm-empty', 'the LLM gave an empty reply') : null;
}

function remedyFor(status: number): string | undefined {
  if (status === 401 || status === 403) return 'check OPENAI_API_KEY';
  return status >= 300 && status < 400 ? 'redirects are not followed: check OPENAI_BASE_URL' : undefined;
}

/** The error in words. The server's own message is left out: it may repeat the prompt or the key. */
function explain(library: typeof OpenAI, error: unknown, deadlineMs: number) {
  if (error instanceof library.APIConnectionTimeoutError || error instanceof library.APIUserAbortError) {
    return reason('llm-time-out', `the LLM did not answer within ${Math.round(deadlineMs / 1000)} s`);
  }
  if (error instanceof library.APIConnectionError) {
    return reason('llm-unreachable', 'the LLM server could not be reached', 'check OPENAI_BASE_URL');
  }
  if (error instanceof library.APIError && typeof error.status === 'number') {
    return reason('llm-error', `the LLM server answered ${error.status}`, remedyFor(error.status));
  }
  return reason('llm-malformed', 'the LLM server’s answer could not be read');
}
