import type { CategoryId } from './category.ts';
import { isCodiceFiscale, isCpf, isDni, isIban, isLuhn, isNir, isVerhoeff } from './check-digits.ts';

/** That a text holds a value of a category; the value itself is never kept. */
export interface Literal {
  readonly category: CategoryId;
  /** What it looks like: `payment card number`, `Brazilian CPF`. */
  readonly kind: string;
  /** Whether check digits (or a form that nothing else has) prove it, or only its look suggests it. */
  readonly proven: boolean;
}

interface Pattern extends Literal {
  readonly looks: RegExp;
  /** Whether a text of that look is one. */
  readonly holds: (text: string) => boolean;
}

const always = (): boolean => true;

/**
 * Patterns of values that are personal by themselves. Card numbers: the prefixes of ISO/IEC 7812 issuers and Luhn's sum; IBAN: ISO
 * 13616, mod 97; the others by the check digits that the issuing country prescribes. A US social security number has none,
 * only areas that were never given out.
 */
const patterns: readonly Pattern[] = [
  {
    ...{ category: 'fin.account', kind: 'IBAN', proven: true },
    looks: /(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)/g,
    holds: isIban,
  },
  {
    ...{ category: 'fin.pan', kind: 'payment card number', proven: true },
    looks: /(?<![\w.+-])(?:4\d{3}|5[1-5]\d\d|2[2-7]\d\d|6011|65\d\d|3[47]\d\d)(?:[ -]?\d{3,6}){2,3}(?![\w-]|\.\d)/g,
    holds: (text) => isCardLength(digitsOf(text)) && isLuhn(digitsOf(text)),
  },
  {
    ...{ category: 'gov.national_id', kind: 'US social security number', proven: false },
    looks: /(?<![\w-])(?!000|666|9\d\d)\d{3}-(?!00)\d\d-(?!0000)\d{4}(?![\w-])/g,
    holds: always,
  },
  {
    ...{ category: 'gov.national_id', kind: 'Brazilian CPF', proven: true },
    looks: /(?<!\w)\d{3}\.\d{3}\.\d{3}-\d\d(?!\w)/g,
    holds: (text) => isCpf(digitsOf(text)),
  },
  {
    ...{ category: 'gov.national_id', kind: 'Spanish DNI or NIE', proven: true },
    looks: /(?<![\w-])(?:\d{8}|[XYZ]\d{7})[A-HJ-NP-TV-Z](?![\w-])/g,
    holds: isDni,
  },
  {
    ...{ category: 'gov.national_id', kind: 'French NIR', proven: true },
    looks: /(?<![\w.])[12] ?\d\d ?(?:0[1-9]|1[0-2]) ?\d\d ?\d{3} ?\d{3} ?\d\d(?![\w.])/g,
    holds: (text) => isNir(digitsOf(text)),
  },
  {
    ...{ category: 'gov.national_id', kind: 'Italian codice fiscale', proven: true },
    looks: /(?<!\w)[A-Z]{6}\d\d[A-EHLMPR-T]\d\d[A-Z]\d{3}[A-Z](?!\w)/g,
    holds: isCodiceFiscale,
  },
  {
    ...{ category: 'gov.national_id', kind: 'Aadhaar number', proven: true },
    looks: /(?<![\w-])[2-9]\d{3} \d{4} \d{4}(?![\w-]| \d)/g,
    holds: (text) => isVerhoeff(digitsOf(text)),
  },
  {
    ...{ category: 'contact.email', kind: 'e-mail address', proven: false },
    looks: /(?<![\w.%+@/:-])[\w.+-]{1,64}@(?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,24}(?![\w@])/gi,
    holds: (text) => isSomebodys(text.toLowerCase()),
  },
  {
    ...{ category: 'credential.secret', kind: 'private key', proven: true },
    looks: /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/g,
    holds: always,
  },
  {
    ...{ category: 'credential.secret', kind: 'access key', proven: true },
    looks:
      /(?<!\w)(?:AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|xox[abprs]-[\w-]{20,}|sk_live_[A-Za-z0-9]{20,})(?!\w)/g,
    holds: (text) => !text.includes('EXAMPLE'),
  },
];

/** Numbers that are printed in manuals so that people have something to try with. */
const samples = new Set([
  ...['4111111111111111', '4242424242424242', '4012888888881881', '5555555555554444', '5105105105105100'],
  ...['378282246310005', '371449635398431', '6011111111111117', '4000000000000002', '2223003122003222'],
  ...['GB82WEST12345698765432', 'DE89370400440532013000', 'GB29NWBK60161331926819', 'FR1420041010050500013M02606'],
  ...['078051120', '219099999', '123456789', '12345678Z', '00000000T', '11144477735', '12345678909'],
]);

/** Every kind of value that a text holds, by kind; numbers that look alike and fail their check digits more often than not hold none. */
export function literalsIn(text: string): ReadonlyMap<string, Literal> {
  const found = new Map<string, Literal>();
  let rest = text;
  for (const { category, kind, proven, looks, holds } of patterns) {
    const alike = rest.match(looks) ?? [];
    const held = alike.filter((one) => !isSample(one) && holds(one));
    if (held.length === 0 || held.length * 2 <= alike.length) continue;
    found.set(kind, { category, kind, proven });
    // What is one thing is not another as well: the digits of an IBAN are no card number.
    const known = new Set(held);
    rest = rest.replace(looks, (one) => (known.has(one) ? ' ' : one));
  }
  return found;
}

function isSample(text: string): boolean {
  const bare = text.replace(/[ .-]/g, '');
  return samples.has(bare) || /^(\d)\1+$/.test(bare);
}

function digitsOf(text: string): string {
  return text.replace(/\D/g, '');
}

function isCardLength(digits: string): boolean {
  if (/^3[47]/.test(digits)) return digits.length === 15;
  return digits.startsWith('4') ? [13, 16, 19].includes(digits.length) : digits.length === 16;
}

const roles =
  /^(?:no-?reply|do-?not-?reply|support|info|data|analytics|team|admin|hello|help|contact|sales|billing|security|privacy|legal|ops|devops|dev|engineering|bi|dbt|git|root|user|name|email|someone|you|me|test|tests|foo|bar|a|b|x|example|abuse|postmaster|alerts?|notifications?|service|svc|bot)(?:[.+_-].*)?@/;

/** An address of a person: of no role, and at no domain that is kept for examples (RFC 2606). */
function isSomebodys(address: string): boolean {
  if (roles.test(address) || /[-_.](team|bot|data|alerts?)@/.test(address)) return false;
  return !/@(?:[^@]*\.)?(?:example\.\w+|\w+\.(?:example|test|invalid|localhost|local)|test\.\w+|acme\.\w+|domain\.\w+|company\.\w+|email\.com|foo\.com|bar\.com|.*gserviceaccount\.com|.*noreply.*)$/.test(
    address,
  );
}
