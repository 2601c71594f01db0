import type { CategoryId } from './category.ts';
import { foreignPersonWords, foreignPhrases } from './languages.ts';

const englishPersonWords: ReadonlySet<string> = words(`
  user customer client patient student employee contact guardian author teacher driver host guest owner sender recipient
  borrower cardholder person people member parent mother father spouse child sibling advisor adviser principal doctor
  dentist physician nurse supervisor manager counselor counsellor applicant candidate subscriber visitor passenger tenant
  lead participant beneficiary dependent dependant staff worker seller buyer shopper donor insured policyholder voter
  resident citizen attendee agent representative assignee reviewer approver requester reporter creator editor commenter
  emergency player learner pupil nurse caregiver relative holder payer payee signer signatory invitee
  instructor coach interviewer interviewee personnel individual households household
`);

/** Words for people. A name, an id or a place that one of these qualifies belongs to a person. */
export const personWords: ReadonlySet<string> = new Set([...englishPersonWords, ...foreignPersonWords]);

/** Words that are a person's part in something: a column of that name alone holds who it was. */
export const roleWords: ReadonlySet<string> = words(
  'user sender recipient assignee attendee supervisor approver requester reporter reviewer submitter author cardholder addressee',
);

/** Words for things: what they qualify is not personal, whatever follows (`campaign_name`, `company_phone` is borderline and stays). */
export const thingWords: ReadonlySet<string> = words(`
  product company campaign file table city school event account bank brand store shop region country state county item
  category channel column database schema field job task project page app application list segment plan package
  department organization organisation org team vendor supplier merchant warehouse model metric report dashboard
  course class section program programme group ad adset keyword template form survey question tag folder collection document article
  bucket host node cluster server service function method event queue topic subsidiary entity role
  position pipeline stage device browser os platform language currency district term grade assignment
  game song film movie book title series season stadium building room hotel property street branch status type
  code rule policy test variant version environment source domain carrier network site website url business
  timezone zone promotion coupon discount offer display
`);

/** Places that are open to all; a table named after them holds their addresses and not a person's. */
export const placeWords: ReadonlySet<string> = words(
  'school store shop branch building hotel station warehouse venue office restaurant hospital clinic studio gym library museum airport',
);

/** Parts of an address that mean something else where there is no address. */
export const regionWords: ReadonlySet<string> = words('state province district country canton prefecture');

/** What a message is about. */
export const contentWords: ReadonlySet<string> = words('subject body content text snippet');

/** A name that begins so counts, switches or measures; it does not hold the datum. */
export const headVetoes: ReadonlySet<string> = words(
  'is has had may num total count avg average sum days hours minutes allow allows enable enabled hide show can should was were will did does min max pct percent ratio rate number n',
);

/** A name that ends so describes the datum, and does not hold it. */
export const tailVetoes: ReadonlySet<string> = words(`
  count counts cnt pct percent percentage rate ratio flag flags status type types domain verified verification opened
  sent optin optout hash hashed masked md sha at ts updated created source valid validity enabled disabled
  preference preferences format total sum avg length len bounce bounced delivered clicked clicks opens unsubscribed
  required confirmed consent score rank index idx order priority version category class group template
  campaign subscription permission permissions settings setting visibility exists
  availability orientation level tier frequency method channel provider carrier usage limit
`);

/** Two words at the end of a name that do the same. */
export const tailPairVetoes: ReadonlySet<string> = new Set([
  'opt in',
  'opt out',
  'code value',
  'effective date',
  'short name',
  'long name',
  'item id',
  'import key',
  'meeting date',
  'template id',
  'address id',
  'email id',
  'phone id',
  'address key',
  'type id',
  'type name',
  'status name',
  'set id',
  'code name',
  'name id',
]);

type PhraseTable = Readonly<Partial<Record<CategoryId, string>>>;

/** Word sequences that name personal data wherever they stand; one phrase a line or `|`. */
const strongTable: PhraseTable = {
  'credential.secret': `password|passphrase|secret key|client secret|api key|access token|refresh token|auth token|bearer token|
    private key|pin code|security answer|security question answer|otp|totp|mfa secret`,
  'gov.national_id': `ssn|social security|social security number|social insurance number|nino|national insurance number|cpf|curp|aadhaar|nif|
    national id|national identifier|tax id|tax identification|taxpayer id|itin|personnummer|fiscal code|codice fiscale|dni|bsn|ein`,
  'gov.document': `passport|passport number|driver license|drivers license|driving license|license number|voter id|visa number|residence permit|id card number|
    license plate`,
  'fin.pan': 'card number|credit card|debit card|pan|cc number|cardholder number',
  'fin.cvv_track': 'cvv|cvc|cvv number|track data|pin block|card security code',
  'fin.account':
    'iban|bank account|routing number|sort code|bank account number|account iban|swift account|direct deposit account',
  'contact.email': 'email|email address|e mail address|e mail|mail address|mailto|gmail|converted from lead email',
  'contact.phone':
    'phone|phone number|mobile phone|mobile number|cell number|fax|fax number|msisdn|whatsapp|mobile|cell|contact value|contact detail|phone extension|phone ext|phone number ext',
  'person.name': `first name|last name|full name|middle name|maiden name|preferred name|legal name|given name|family name|nick name|birth name|
    middle initial|user name|name suffix|name prefix|care of|screen name|legal first name|legal last name|twitter handle|
    linkedin contact profile|linkedin profile|contact profile|profile url`,
  'person.dob':
    'birth date|date of birth|birth year|death date|date of death|birth month|birth day|year of birth|country of birth|place of birth|birth place',
  'loc.street': `street|street address|street name|street number|address line|house number|home address|mailing address|mail address|postal address|
    billing address|shipping address|residential address|residence address|delivery address|address|mailing street|apartment number|
    unit number|primary unit number|secondary unit number|direction prefix|direction suffix|street suffix|po box|flat number`,
  'loc.fine': 'latitude|longitude|gps|geo location|geolocation|geo point|coordinates|home location',
  'loc.postal': 'zip|zip code|postal code|mailing zip|mail zip|zip plus|plus four',
  'online.device': `ip|ip address|source ip|client ip|mac address|imei|idfa|gaid|idfv|advertising id|cookie id|visitor id|device id|device fingerprint|
    browser fingerprint|user agent|android id|session cookie`,
  bio: 'biometric|fingerprint|face id|voice print|voiceprint|photo|photo url|selfie|avatar|avatar url|profile picture|headshot|signature image|iris scan',
  special: `race|ethnicity|ethnic|religion|religious|political|politics|political party|union member|trade union|sexual orientation|sexuality|
    gender identity|genetic|disability|disabled|citizenship|immigration|nationality|hispanic|latino|tribal|caste`,
  health: `diagnosis|icd|mrn|medical record|medical record number|medication|prescription|lab result|blood type|allergy|allergies|insurance id|
    health insurance|health plan|medical|hearing screening|vision screening|vaccination|immunization|immunisation|pregnancy|
    symptom|treatment|vision problems|hearing grade|medicaid|medicare`,
  criminal: 'conviction|convicted|arrest|offence|offense|offender|criminal|felony|misdemeanor|sex offender|probation',
  'hr.fin':
    'salary|income|wage|wages|credit score|compensation|base pay|hourly rate|annual pay|net worth|payslip|bonus amount|garnishment|allowances|claim dependent',
  'person.key': 'person id|user id|patient id|employee id|employee number|guardian id',
  edu: `iep|ell|english language learner|free reduced|free and reduced|reduced lunch|meals program|special education|homeless student|homeless|
    gifted eligibility|migrant status|student number|student id|student id number|education identifier|native language|test accommodations|unaccompanied youth`,
};

/** Word sequences that are personal only in a table of people, and only at the end of a name. */
const weakTable: PhraseTable = {
  'loc.coarse':
    'city|county|region|municipality|neighborhood|neighbourhood|town|residence|residency|prior state|prior country|birth country|birth state',
  'loc.street': 'number suffix|unit type|street type|mail number|address unit|address district|mail district',
  'loc.postal': 'plus',
  'person.name': 'display name|alias',
  demo: `gender|sex|age|marital|marital status|language|occupation|education|job title|household size|generation|pronouns|
    language spoken in home|home language|resident status|emergency contact|rel`,
  edu: `diploma|scholar|scholarship|program participant|program participation|eligibility|graduation option|test accommodations|
    educational environment|entry year|ninth grade|school year|lunch program|waiver`,
  freetext:
    'note|notes|comment|comments|message|transcript|body|biography|feedback|remarks|memo|payload|reason for referral',
  'online.device': 'session id|cookie|fingerprint',
  'person.key': `staff id|customer id|client id|contact id|member id|
    teacher id|driver id|profile id|personnel number|staff number|lead id|participant id|parent id|account id`,
};

/** Names that are personal in a table of people when they stand alone, or after a word for a person. */
export const bareWeakNames: ReadonlyMap<string, CategoryId> = new Map<string, CategoryId>([
  ['name', 'person.name'],
  ['alias', 'person.name'],
  ['suffix', 'person.name'],
  ['display name', 'person.name'],
  ['supervisor', 'person.name'],
  ['sender', 'person.name'],
  ['recipient', 'person.name'],
  ['author', 'person.name'],
  ['number', 'loc.street'],
  ['url', 'online.device'],
]);

/** A phrase as words, with what it names. */
export interface Phrase {
  readonly words: readonly string[];
  readonly category: CategoryId;
}

const strongPhrases = [...phrases(strongTable), ...phrases(foreignPhrases)];
const strongByFirst = Map.groupBy(strongPhrases, ({ words: [first] }) => first);
const weakByLast = Map.groupBy(phrases(weakTable), ({ words: all }) => all.at(-1));

/** Strong phrases that may stand in a name, the longest first, so that `mail address` is met before `address`. */
export function strongPhrasesFor(name: readonly string[]): readonly Phrase[] {
  return longestFirst([...new Set(name)].flatMap((word) => strongByFirst.get(word) ?? []));
}

/** Weak phrases with which a name may end, the longest first. */
export function weakPhrasesFor(name: readonly string[]): readonly Phrase[] {
  return longestFirst(weakByLast.get(name.at(-1)) ?? []);
}

function longestFirst(all: readonly Phrase[]): readonly Phrase[] {
  return all.length < 2 ? all : all.toSorted((a, b) => b.words.length - a.words.length);
}

function phrases(table: PhraseTable): readonly Phrase[] {
  return Object.entries(table).flatMap(([category, text]) =>
    text.split('|').map((phrase) => ({ words: phrase.trim().split(/\s+/), category: category as CategoryId })),
  );
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}
