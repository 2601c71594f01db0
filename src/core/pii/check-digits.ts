/** Luhn's sum over a text of digits (ISO/IEC 7812-1, annex B). */
export function isLuhn(digits: string): boolean {
  let sum = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const digit = Number(digits[digits.length - 1 - at]);
    const doubled = at % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return digits.length > 0 && sum % 10 === 0;
}

/** Lengths of the IBANs of countries that are often met; others are not taken for IBANs. */
const ibanLengths: Readonly<Record<string, number>> = Object.fromEntries(
  'AD24 AE23 AT20 BE16 BG22 BR29 CH21 CY28 CZ24 DE22 DK18 EE20 ES24 FI18 FR27 GB22 GR27 HR21 HU28 IE22 IL23 IS26 IT27 LI21 LT20 LU20 LV21 MC27 MT31 NL18 NO15 PL28 PT25 RO24 RS22 SA24 SE24 SI19 SK24 SM27 TR26 UA29'
    .split(' ')
    .map((text) => [text.slice(0, 2), Number(text.slice(2))]),
);

/** ISO 13616: length by country, and mod 97 = 1 with letters as 10 to 35. */
export function isIban(text: string): boolean {
  const bare = text.replaceAll(' ', '');
  if (ibanLengths[bare.slice(0, 2)] !== bare.length) return false;
  const turned = bare.slice(4) + bare.slice(0, 4);
  const digits = turned.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55));
  return modulo(digits, 97) === 1;
}

/** The two check digits of a Brazilian CPF (11 digits). */
export function isCpf(digits: string): boolean {
  return (
    digits.length === 11 && [9, 10].every((length) => cpfDigit(digits.slice(0, length)) === Number(digits[length]))
  );
}

function cpfDigit(digits: string): number {
  let sum = 0;
  for (let at = 0; at < digits.length; at += 1) sum += Number(digits[at]) * (digits.length + 1 - at);
  return ((sum * 10) % 11) % 10;
}

/** The letter of a Spanish DNI or NIE: the number mod 23. */
export function isDni(text: string): boolean {
  const number = text.slice(0, -1).replace(/^[XYZ]/, (letter) => String('XYZ'.indexOf(letter)));
  return 'TRWAGMYFPDXBNJZSQVHLCKE'[Number(number) % 23] === text.at(-1);
}

/** The key of a French NIR: 97 less the number mod 97 (15 digits; Corsican letters are not looked for). */
export function isNir(digits: string): boolean {
  return digits.length === 15 && 97 - modulo(digits.slice(0, 13), 97) === Number(digits.slice(13));
}

const oddValues: Readonly<Record<string, number>> = Object.fromEntries(
  [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23].flatMap(
    (value, at) => {
      const letter = [String.fromCharCode(65 + at), value] as const;
      return at < 10 ? [letter, [String(at), value] as const] : [letter];
    },
  ),
);

/** The last letter of an Italian codice fiscale (decree of 23 December 1976). */
export function isCodiceFiscale(text: string): boolean {
  let sum = 0;
  for (let at = 0; at < 15; at += 1) {
    const sign = text[at] ?? '';
    if (at % 2 === 0) sum += oddValues[sign] ?? 0;
    else sum += /\d/.test(sign) ? Number(sign) : sign.charCodeAt(0) - 65;
  }
  return text.length === 16 && String.fromCharCode(65 + (sum % 26)) === text[15];
}

/** Verhoeff's check over the dihedral group of ten, as Aadhaar numbers have it. */
export function isVerhoeff(digits: string): boolean {
  let check = 0;
  for (let at = 0; at < digits.length; at += 1) {
    let digit = Number(digits[digits.length - 1 - at]);
    for (let turn = 0; turn < at % 8; turn += 1) digit = Number('1576283094'[digit]);
    check = dihedral(check, digit);
  }
  return digits.length > 0 && check === 0;
}

function dihedral(a: number, b: number): number {
  if (a < 5) return b < 5 ? (a + b) % 5 : 5 + ((a + b) % 5);
  return b < 5 ? 5 + ((a - b + 5) % 5) : (a - b + 5) % 5;
}

function modulo(digits: string, by: number): number {
  let rest = 0;
  for (const digit of digits) rest = (rest * 10 + Number(digit)) % by;
  return rest;
}
