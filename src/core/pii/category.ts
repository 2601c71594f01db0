/** What a kind of personal data can do to a person: name them, help to name them, or harm them. */
type PrivacyClass = 'identifier' | 'quasi-identifier' | 'sensitive' | 'secret';

/** A kind of personal data. */
export interface Category {
  readonly id: CategoryId;
  readonly title: string;
  readonly privacyClass: PrivacyClass;
  /** 1 (a key, a region) to 4 (a password, a diagnosis). */
  readonly sensitivity: Sensitivity;
  /** Where laws and standards speak of it: `GDPR Art. 9`. Information, never a verdict of compliance. */
  readonly regulations: readonly string[];
}

export type Sensitivity = 1 | 2 | 3 | 4;

export type CategoryId =
  | 'credential.secret'
  | 'gov.national_id'
  | 'gov.document'
  | 'fin.pan'
  | 'fin.cvv_track'
  | 'fin.account'
  | 'contact.email'
  | 'contact.phone'
  | 'person.name'
  | 'person.dob'
  | 'loc.street'
  | 'loc.fine'
  | 'loc.postal'
  | 'loc.coarse'
  | 'online.device'
  | 'bio'
  | 'special'
  | 'health'
  | 'criminal'
  | 'hr.fin'
  | 'demo'
  | 'edu'
  | 'person.key'
  | 'freetext'
  | 'unspecified';

type CategoryRow = readonly [title: string, privacyClass: PrivacyClass, sensitivity: Sensitivity, regulations: string];

/*
 * GDPR: Regulation (EU) 2016/679. CPRA: sensitive personal information of Cal. Civ. Code 1798.140(ae). HIPAA: the identifiers
 * of 45 CFR 164.514(b)(2)(i), by letter. PCI DSS: cardholder data and sensitive authentication data. FERPA: 34 CFR 99.3.
 */

const table: Readonly<Record<CategoryId, CategoryRow>> = {
  'credential.secret': ['password or secret', 'secret', 4, 'GDPR Art. 32; CPRA sensitive'],
  'gov.national_id': ['national or tax number', 'identifier', 4, 'GDPR Art. 4(1), 87; CPRA sensitive; HIPAA (G)'],
  'gov.document': ['identity document', 'identifier', 4, 'GDPR Art. 4(1); CPRA sensitive; HIPAA (K)'],
  'fin.pan': [
    'payment card number',
    'identifier',
    4,
    'GDPR Art. 4(1); CPRA sensitive with its code; HIPAA (J); PCI DSS cardholder data',
  ],
  'fin.cvv_track': [
    'card security code',
    'sensitive',
    4,
    'CPRA sensitive; PCI DSS authentication data: never stored after authorisation',
  ],
  'fin.account': ['bank account', 'identifier', 3, 'GDPR Art. 4(1); CPRA sensitive with its code; HIPAA (J)'],
  'contact.email': ['e-mail address', 'identifier', 3, 'GDPR Art. 4(1); HIPAA (F)'],
  'contact.phone': ['phone number', 'identifier', 3, 'GDPR Art. 4(1); HIPAA (D), (E)'],
  'person.name': [
    'name of a person',
    'identifier',
    2,
    'GDPR Art. 4(1); HIPAA (A); PCI DSS cardholder data beside a card number',
  ],
  'person.dob': ['date of birth or death', 'quasi-identifier', 3, 'GDPR Art. 4(1); HIPAA (C)'],
  'loc.street': ['street address', 'identifier', 3, 'GDPR Art. 4(1); HIPAA (B)'],
  'loc.fine': ['exact location', 'quasi-identifier', 3, 'GDPR Art. 4(1); CPRA sensitive; HIPAA (B)'],
  'loc.postal': ['postal code', 'quasi-identifier', 2, 'GDPR Art. 4(1); HIPAA (B)'],
  'loc.coarse': ['city or region', 'quasi-identifier', 1, 'HIPAA (B) below a state'],
  'online.device': ['device or network address', 'identifier', 2, 'GDPR Art. 4(1); HIPAA (M), (N), (O)'],
  bio: ['biometric trait or picture', 'identifier', 4, 'GDPR Art. 9; CPRA sensitive; HIPAA (P), (Q)'],
  special: ['special category (origin, belief, sexuality, …)', 'sensitive', 4, 'GDPR Art. 9; CPRA sensitive'],
  health: ['health', 'sensitive', 4, 'GDPR Art. 9; CPRA sensitive; HIPAA (H), (I)'],
  criminal: ['offence or conviction', 'sensitive', 4, 'GDPR Art. 10'],
  'hr.fin': ['pay or credit', 'sensitive', 3, 'GDPR Art. 4(1)'],
  demo: ['age, gender, occupation, …', 'quasi-identifier', 2, 'GDPR Art. 4(1); HIPAA (C) above 89 years'],
  edu: ['student record', 'sensitive', 3, 'GDPR Art. 4(1); FERPA; HIPAA (R)'],
  'person.key': ['key of a person', 'identifier', 1, 'GDPR Art. 4(1), 4(5); HIPAA (R)'],
  freetext: ['free text about or by a person', 'quasi-identifier', 2, 'GDPR Art. 4(1); HIPAA (R)'],
  unspecified: ['personal data', 'sensitive', 3, 'GDPR Art. 4(1)'],
};

/** The category of an id. */
export function categoryOf(id: CategoryId): Category {
  const [title, privacyClass, sensitivity, regulations] = table[id];
  return { id, title, privacyClass, sensitivity, regulations: regulations.split('; ') };
}

/** Ids of every category, in the order of the table. */
export const categoryIds = Object.keys(table) as readonly CategoryId[];

/** Takes text for the id of a category; null when there is no such category. */
export function toCategoryId(text: string): CategoryId | null {
  return Object.hasOwn(table, text) ? (text as CategoryId) : null;
}
