import type { Environment } from './environment.ts';

/** Texts of the environment that must be seen nowhere: secrets, and what in a URL is one. */
export function secretsOf(environment: Environment): readonly string[] {
  const { webhookSecret, privateKey, openai, databaseUrl, warehouseUrl, signing } = environment;
  const secrets = [webhookSecret, privateKey, openai.apiKey, signing.key, signing.previousKey, signing.hmacKey];
  const urls = [databaseUrl, warehouseUrl, openai.baseUrl].filter((url) => url !== null);
  return [...secrets.filter((text) => text !== null), ...urls.flatMap(secretsIn)];
}

/** The password of a URL, as it stands there and decoded, and the values of its query: drivers put them into messages alone. */
function secretsIn(text: string): readonly string[] {
  const url = URL.parse(text);
  if (url === null) return [text];
  const query = [...url.searchParams].filter(([name]) => /pass|secret|token|key|sig/i.test(name));
  const parts = [url.password, decoded(url.password), ...query.map(([, value]) => value)].filter((part) => part !== '');
  return parts.length === 0 ? [] : [text, ...parts];
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
