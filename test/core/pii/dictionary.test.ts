import { describe, expect, it } from '@jest/globals';
import { classifyColumnName, isPersonTable, pseudonymOf, traitsOf } from '#core/pii';

const anywhere = { personTable: false, dataType: null };
const amongPeople = { personTable: true, dataType: null };

describe('a column’s name', () => {
  it.each([
    ['email', 'contact.email'],
    ['EMAIL_ADDRESS', 'contact.email'],
    ['customerEmail', 'contact.email'],
    ['guardianemail', 'contact.email'],
    ['email2', 'contact.email'],
    ['e_mail', 'contact.email'],
    ['phone_home', 'contact.phone'],
    ['mobile_phone', 'contact.phone'],
    ['MobilePhoneNumber', 'contact.phone'],
    ['first_name', 'person.name'],
    ['lastname', 'person.name'],
    ['customer_name', 'person.name'],
    ['teacher_full_name', 'person.name'],
    ['username', 'person.name'],
    ['dob', 'person.dob'],
    ['date_of_birth', 'person.dob'],
    ['birthdate', 'person.dob'],
    ['ssn', 'gov.national_id'],
    ['tax_id', 'gov.national_id'],
    ['passport_number', 'gov.document'],
    ['drivers_license', 'gov.document'],
    ['card_number', 'fin.pan'],
    ['cvv', 'fin.cvv_track'],
    ['iban', 'fin.account'],
    ['bank_account_number', 'fin.account'],
    ['street', 'loc.street'],
    ['shipping_address', 'loc.street'],
    ['home_addr', 'loc.street'],
    ['latitude', 'loc.fine'],
    ['zip', 'loc.postal'],
    ['postal_code', 'loc.postal'],
    ['ip_address', 'online.device'],
    ['user_agent', 'online.device'],
    ['web_password', 'credential.secret'],
    ['api_key', 'credential.secret'],
    ['salary', 'hr.fin'],
    ['user_id', 'person.key'],
    ['person_id', 'person.key'],
    ['ethnicity', 'special'],
    ['diagnosis_code', 'health'],
    ['fingerprint_scan', 'bio'],
    ['criminal_record', 'criminal'],
  ])('%s is %s', (name, category) => {
    expect(classifyColumnName(name, anywhere)).toMatchObject({ category, strength: 'strong' });
  });

  it.each([
    'campaign_name',
    'company_name',
    'product_name',
    'file_name',
    'city_name',
    'email_count',
    'count_emails',
    'is_email_valid',
    'has_phone',
    'email_opt_out',
    'email_verified',
    'email_hash',
    'email_domain',
    'email_campaign_name',
    'email_send_id',
    'bank_account_id',
    'parent_collection_name',
    'email_template_id',
    'email_sent_at',
    'phone_type',
    'address_id',
    'num_addresses',
    'compass',
    'status',
    'estate',
    'microphone',
    'order_id',
    'order_total',
    'store_address',
    'warehouse_latitude',
    'created_at',
    'avg_salary',
    'total_income',
    'panel',
    'zipped',
    'name',
    'city',
    'customer_id',
    'comment',
    'gender',
    '',
    '___',
  ])('%j is nothing by itself', (name) => {
    expect(classifyColumnName(name, anywhere)).toBeNull();
  });

  it.each([
    ['name', 'person.name'],
    ['city', 'loc.coarse'],
    ['gender', 'demo'],
    ['customer_id', 'person.key'],
    ['comment', 'freetext'],
    ['home_city', 'loc.coarse'],
  ])('%s is %s among people only', (name, category) => {
    expect(classifyColumnName(name, amongPeople)).toMatchObject({ category, strength: 'weak' });
  });

  it.each(['company_city', 'group_name', 'gender_count', 'is_city'])('%s is nothing even among people', (name) => {
    expect(classifyColumnName(name, amongPeople)).toBeNull();
  });

  it.each([
    ['email', 'BOOLEAN', null],
    ['email', 'INT64', null],
    ['email', 'varchar(255)', 'contact.email'],
    ['phone', 'bigint', 'contact.phone'],
    ['salary', 'date', null],
    ['disability', 'boolean', 'special'],
  ])('%s of type %s is %s', (name, dataType, category) => {
    expect(classifyColumnName(name, { personTable: false, dataType })?.category ?? null).toBe(category);
  });

  it('of a hundred thousand characters is read in no time', () => {
    expect(classifyColumnName('a_'.repeat(50_000), amongPeople)).toBeNull();
  });
});

describe('a table', () => {
  it.each([
    ['dim_customers', ['id'], true],
    ['stg_employees', ['id'], true],
    ['signups', ['id', 'email'], true],
    ['fct_orders', ['order_id', 'customer_id', 'amount'], false],
    ['dim_products', ['product_name', 'city'], false],
  ])('%s with %j is one of people: %s', (name, columns, expected) => {
    expect(isPersonTable(name, columns)).toBe(expected);
  });
});

describe('the rest of a table tells', () => {
  const among = (table: string, columns: readonly string[], name: string) => {
    const personTable = isPersonTable(table, columns);
    return classifyColumnName(name, { personTable, table: traitsOf(table, columns), dataType: null })?.category ?? null;
  };
  it.each([
    ['a state in an address of a person', 'dim_customers', ['street', 'city', 'state'], 'state', 'loc.coarse'],
    ['a country in an address of a person', 'contacts', ['email', 'zip', 'country'], 'mailing_country', 'loc.coarse'],
    ['a state that is a status', 'dim_customers', ['id', 'state'], 'state', null],
    ['the state of a company beside an address', 'contacts', ['email', 'zip'], 'company_state', null],
    ['the address of a place that is open to all', 'schools', ['name', 'address', 'zip', 'fax'], 'address', null],
    ['the name of a place that is open to all', 'dim_stores', ['name', 'manager_name', 'zip'], 'name', null],
    ['a person of such a place', 'schools', ['name', 'principal_name'], 'principal_name', 'person.name'],
    ['what a message is about', 'mail_events', ['id', 'subject'], 'subject', 'freetext'],
    ['what a course is about', 'courses', ['id', 'subject'], 'subject', null],
  ] as const)('%s: %s with %j', (_, table, columns, name, category) => {
    expect(among(table, columns, name)).toBe(category);
  });
});

describe('what a description calls a column', () => {
  const around = { personTable: false, dataType: 'text' };
  const described = (name: string, description: string, dataType = 'text') =>
    classifyColumnName(name, { ...around, dataType, description })?.category ?? null;

  it.each([
    ['value_1', 'E-mail address of the buyer', 'contact.email'],
    ['value_1', 'The phone number, as entered.', 'contact.phone'],
    ['api_uuid', 'External unique identifier for the student.', 'person.key'],
    ['log_to', 'When an entry is made, the e-mail address of the person who is told.', 'contact.email'],
    ['shop_uuid', 'Unique identifier of the shop.', null],
    ['site', "Identifier for this student's school.", null],
    ['f_12', 'Allowances (PII)', 'unspecified'],
    ['remark_x', 'Free-text note on the visit', 'freetext'],
    ['value_1', 'Whether the e-mail address is verified', null],
    ['bounced', 'Bounces of the e-mail address', null],
    ['token_x', 'Hashed; holds no PII', null],
    ['email_count', 'Email address', null],
  ])('%s: %s', (name, description, expected) => {
    expect(described(name, description)).toBe(expected);
  });
});

describe('words of a repository', () => {
  const words = { person: new Set(['pledger']), veto: new Set(['demo']) };
  const around = { personTable: false, dataType: null, words };

  it('name people of its own, and take names out', () => {
    expect(classifyColumnName('pledger_name', around)?.category).toBe('person.name');
    expect(classifyColumnName('pledger_name', { personTable: false, dataType: null })).toBeNull();
    expect(classifyColumnName('demo_email', around)).toBeNull();
    expect(isPersonTable('dim_pledgers', ['id'], { words })).toBe(true);
    expect(isPersonTable('dim_pledgers', ['id'])).toBe(false);
  });
});

describe('names in other languages', () => {
  it.each([
    ['vorname', 'person.name'],
    ['kunden_geburtsdatum', 'person.dob'],
    ['Straße', 'loc.street'],
    ['telefonnummer', 'contact.phone'],
    ['kundenname', 'person.name'],
    ['prénom', 'person.name'],
    ['date_de_naissance', 'person.dob'],
    ['courriel', 'contact.email'],
    ['code_postal', 'loc.postal'],
    ['numero_securite_sociale', 'gov.national_id'],
    ['apellidos', 'person.name'],
    ['fecha_nacimiento', 'person.dob'],
    ['correo_electronico', 'contact.email'],
    ['numero_pasaporte', 'gov.document'],
    ['sobrenome', 'person.name'],
    ['data_nascimento', 'person.dob'],
    ['endereço', 'loc.street'],
    ['celular', 'contact.phone'],
    ['conta_bancaria', 'fin.account'],
    ['nome_cliente', 'person.name'],
  ])('%s is %s', (name, category) => {
    expect(classifyColumnName(name, { personTable: false, dataType: null })?.category).toBe(category);
  });

  it.each([
    'produktname',
    'nom_produit',
    'nombre_producto',
    'data_criacao',
    'fecha_creacion',
    'rueckgabe',
    'telefon_count',
  ])('%s is not personal', (name) => {
    expect(classifyColumnName(name, { personTable: false, dataType: null })).toBeNull();
  });
});

it.each([
  ['email_hash', 'contact.email'],
  ['HashedEmail', null],
  ['emailSha256', 'contact.email'],
  ['phone_md5_hash', 'contact.phone'],
  ['row_hash', null],
  ['email_hash_count', null],
  ['access_token', null],
  ['email', null],
])('%s is a pseudonym of %s', (name, category) => {
  expect(pseudonymOf(name)).toBe(category);
});
