/** What a kind of personal data can do to a person: name them, help to name them, or harm them. */
type PrivacyClass = 'identifier' | 'quasi-identifier' | 'sensitive' | 'secret';

/** A kind of personal data. */
export interface Category {
  readonly id: CategoryId;
  readonly title: string;
  readonly privacyClass: PrivacyClass;
  /** 1 (a key, a region) to 4 (a password, a diagnosis). */
  readonly sensitivity: Sensitivity;
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

type CategoryRow = readonly [title: string, privacyClass: PrivacyClass, sensitivity: Sensitivity];

const table: Readonly<Record<CategoryId, CategoryRow>> = {
  'credential.secret': ['password or secret', 'secret', 4],
  'gov.national_id': ['national or tax number', 'identifier', 4],
  'gov.document': ['identity document', 'identifier', 4],
  'fin.pan': ['payment card number', 'identifier', 4],
  'fin.cvv_track': ['card security code', 'sensitive', 4],
  'fin.account': ['bank account', 'identifier', 3],
  'contact.email': ['e-mail address', 'identifier', 3],
  'contact.phone': ['phone number', 'identifier', 3],
  'person.name': ['name of a person', 'identifier', 2],
  'person.dob': ['date of birth or death', 'quasi-identifier', 3],
  'loc.street': ['street address', 'identifier', 3],
  'loc.fine': ['exact location', 'quasi-identifier', 3],
  'loc.postal': ['postal code', 'quasi-identifier', 2],
  'loc.coarse': ['city or region', 'quasi-identifier', 1],
  'online.device': ['device or network address', 'identifier', 2],
  bio: ['biometric trait or picture', 'identifier', 4],
  special: ['special category (origin, belief, sexuality, …)', 'sensitive', 4],
  health: ['health', 'sensitive', 4],
  criminal: ['offence or conviction', 'sensitive', 4],
  'hr.fin': ['pay or credit', 'sensitive', 3],
  demo: ['age, gender, occupation, …', 'quasi-identifier', 2],
  edu: ['student record', 'sensitive', 3],
  'person.key': ['key of a person', 'identifier', 1],
  freetext: ['free text about or by a person', 'quasi-identifier', 2],
  unspecified: ['personal data', 'sensitive', 3],
};

/** The category of an id. */
export function categoryOf(id: CategoryId): Category {
  const [title, privacyClass, sensitivity] = table[id];
  return { id, title, privacyClass, sensitivity };
}

/** Takes text for the id of a category; null when there is no such category. */
export function toCategoryId(text: string): CategoryId | null {
  return Object.hasOwn(table, text) ? (text as CategoryId) : null;
}
