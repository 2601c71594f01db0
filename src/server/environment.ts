import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { DeploymentError } from '#core/base';
import { readSigningVariables, type SigningVariables } from './signing-variables.ts';

/** What the app is told by its environment, checked. */
export interface Environment {
  readonly appId: number;
  /** PEM. */
  readonly privateKey: string;
  readonly webhookSecret: string;
  /** Where GitHub's REST API is: `https://api.github.com`, `https://HOST/api/v3` (GHES), `https://api.SUB.ghe.com`. */
  readonly githubApiUrl: string;
  /** Hosts of artifact storage besides those known: names, or `*.` and a domain. */
  readonly artifactHosts: readonly string[];
  /** PostgreSQL; null means the folder. */
  readonly databaseUrl: string | null;
  readonly dataDir: string;
  readonly port: number;
  readonly host: string;
  readonly openai: { readonly baseUrl: string | null; readonly apiKey: string | null; readonly model: string | null };
  readonly warehouseUrl: string | null;
  /** What the objects of one review may take, in MB. */
  readonly reviewMemoryMb: number;
  /** In days. */
  readonly retention: { readonly deliveryDays: number; readonly reviewDays: number };
  readonly signing: SigningVariables;
  readonly logLevel: LogLevel;
}

export type LogLevel = z.infer<typeof LogLevel>;
const LogLevel = z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
  error: 'is none of fatal, error, warn, info, debug, trace, silent.',
});

/** Environment variables by name, as `process.env` holds them. */
export type Variables = Readonly<Record<string, string | undefined>>;

const secretAdvice =
  'Set it to a long random text (openssl rand -hex 32) and enter the same in the settings of the GitHub App.';
const keyAdvice =
  'Give the private key of the GitHub App (a .pem file from its settings) as PRIVATE_KEY, or its path as PRIVATE_KEY_PATH.';

function url(example: string, ...protocols: readonly string[]) {
  return z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    error: `is not a URL such as ${example}.`,
  });
}

function days(fewest: number) {
  return z
    .string()
    .regex(/^\d{1,5}$/, { error: `is not a whole number of days from ${fewest}.` })
    .transform(Number)
    .refine((count) => count >= fewest, { error: `is not a whole number of days from ${fewest}.` });
}

const webUrl = url('https://api.github.com', 'http:', 'https:');
/** `storage.example` or `*.storage.example`; never all hosts, and none by its address with a wildcard. */
const hostPattern = /^(?:\*\.)?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;
const hostList = z
  .string()
  .transform((text) => text.split(',').map((host) => host.trim().toLowerCase()))
  .refine((hosts) => hosts.every((host) => hostPattern.test(host)), {
    error: 'is not a list of host names such as minio.example, *.storage.example.',
  });
const Shape = z.object({
  APP_ID: z
    .string({ error: 'is not set. Give the App ID that the settings of the GitHub App show.' })
    .regex(/^[1-9]\d*$/, {
      error: 'is not a number. Give the App ID that the settings of the GitHub App show.',
    }),
  WEBHOOK_SECRET: z
    .string({ error: `is not set: anybody could send webhooks. ${secretAdvice}` })
    // What is shorter can be tried out, and could not be cut out of logs.
    .min(8, { error: `is shorter than 8 characters. ${secretAdvice}` })
    // Probot takes this word for a missing secret, so everybody knows it.
    .refine((text) => text.trim() !== 'development', { error: `is the public word "development". ${secretAdvice}` }),
  GITHUB_API_URL: webUrl.default('https://api.github.com'),
  WEIRKEEPER_ARTIFACT_HOSTS: hostList.default([]),
  DATABASE_URL: url('postgres://user:password@host:5432/weirkeeper', 'postgres:', 'postgresql:').optional(),
  WEIRKEEPER_DATA_DIR: z.string().default('./.weirkeeper/data'),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, { error: 'is not a port number, 0 to 65535.' })
    .default('3000'),
  HOST: z.string().default('localhost'),
  OPENAI_BASE_URL: webUrl.optional(),
  OPENAI_API_KEY: z.string().optional(),
  OPENAI_MODEL: z.string().optional(),
  WAREHOUSE_URL: z.string().optional(),
  WEIRKEEPER_REVIEW_MEMORY_MB: z
    .string()
    .regex(/^\d{3,6}$/, { error: 'is not a number of megabytes, 100 to 999999.' })
    .default('4096'),
  WEIRKEEPER_KEEP_DELIVERIES_DAYS: days(4).default(30),
  WEIRKEEPER_KEEP_REVIEWS_DAYS: days(1).default(180),
  LOG_LEVEL: LogLevel.default('info'),
});

/**
 * Reads the environment. An empty variable counts as missing. Throws DeploymentError `environment-invalid`, which names
 * every variable that is wrong and what to do; it never repeats a value.
 */
export function readEnvironment(variables: Variables): Environment {
  const set = Object.fromEntries(Object.entries(variables).filter(([, value]) => (value ?? '').trim() !== ''));
  const { given, problems: unread } = withFiles(set);
  const parsed = Shape.safeParse(given);
  const key = readPrivateKey(given);
  const problems = [
    ...unread,
    ...(parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`)),
    ...(key.ok ? [] : [key.problem]),
  ];
  if (!parsed.success || !key.ok || unread.length > 0) {
    const message = `Weirkeeper cannot start:\n${problems.map((problem) => `- ${problem}`).join('\n')}`;
    const names = problems.map((problem) => problem.split(' ')[0] ?? '');
    throw new DeploymentError('environment-invalid', message, { variables: names });
  }
  return { ...toEnvironment(parsed.data, key.pem), signing: readSigningVariables(given) };
}

function toEnvironment(shape: z.infer<typeof Shape>, privateKey: string): Omit<Environment, 'signing'> {
  return {
    appId: Number(shape.APP_ID),
    privateKey,
    webhookSecret: shape.WEBHOOK_SECRET,
    githubApiUrl: shape.GITHUB_API_URL.replace(/\/+$/, ''),
    artifactHosts: shape.WEIRKEEPER_ARTIFACT_HOSTS,
    databaseUrl: shape.DATABASE_URL ?? null,
    dataDir: shape.WEIRKEEPER_DATA_DIR,
    port: Number(shape.PORT),
    host: shape.HOST,
    openai: {
      baseUrl: shape.OPENAI_BASE_URL ?? null,
      apiKey: shape.OPENAI_API_KEY ?? null,
      model: shape.OPENAI_MODEL ?? null,
    },
    warehouseUrl: shape.WAREHOUSE_URL ?? null,
    reviewMemoryMb: Number(shape.WEIRKEEPER_REVIEW_MEMORY_MB),
    retention: {
      deliveryDays: shape.WEIRKEEPER_KEEP_DELIVERIES_DAYS,
      reviewDays: shape.WEIRKEEPER_KEEP_REVIEWS_DAYS,
    },
    logLevel: shape.LOG_LEVEL,
  };
}

/** These may stand in a file, named by the same variable with `_PATH` behind it, as Docker and Kubernetes give secrets. */
const secretNames = ['WEBHOOK_SECRET', 'DATABASE_URL', 'OPENAI_API_KEY', 'WAREHOUSE_URL'] as const;

/** Puts what stands in files in the place of the variables; the variable itself wins. */
function withFiles(set: Variables): { readonly given: Variables; readonly problems: readonly string[] } {
  const given: Record<string, string | undefined> = { ...set };
  const problems: string[] = [];
  for (const name of secretNames) {
    const path = set[`${name}_PATH`];
    if (path === undefined || set[name] !== undefined) continue;
    try {
      const text = readFileSync(path, 'utf8').trim();
      if (text === '') problems.push(`${name}_PATH names ${path}, which is empty.`);
      else given[name] = text;
    } catch {
      problems.push(`${name}_PATH names ${path}, which cannot be read.`);
    }
  }
  return { given, problems };
}

type KeyAnswer = { readonly ok: true; readonly pem: string } | { readonly ok: false; readonly problem: string };

function readPrivateKey(given: Variables): KeyAnswer {
  const path = given['PRIVATE_KEY_PATH'];
  if (given['PRIVATE_KEY'] !== undefined) return toPem('PRIVATE_KEY', given['PRIVATE_KEY']);
  if (path === undefined) return { ok: false, problem: `PRIVATE_KEY is not set. ${keyAdvice}` };
  try {
    return toPem('PRIVATE_KEY_PATH', readFileSync(path, 'utf8'));
  } catch {
    return { ok: false, problem: `PRIVATE_KEY_PATH names ${path}, which cannot be read. ${keyAdvice}` };
  }
}

/** Takes PEM, PEM with `\n` for its line ends, and PEM in base64: the forms in which keys are put into variables. */
function toPem(name: string, text: string): KeyAnswer {
  const unescaped = text.replaceAll('\\n', '\n').trim();
  const pem = unescaped.startsWith('-----BEGIN') ? unescaped : Buffer.from(unescaped, 'base64').toString('utf8').trim();
  try {
    createPrivateKey(pem);
    return { ok: true, pem };
  } catch {
    return { ok: false, problem: `${name} does not hold a private key in PEM form. ${keyAdvice}` };
  }
}
