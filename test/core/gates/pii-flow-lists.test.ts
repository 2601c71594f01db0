// Holds the lists of docs/pii.md against the flows of pii-flows.test.ts: a function, a reader or a message without a flow fails here.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { gates } from '#core/gates';
import { levels } from '#core/pii';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const flows = read('./pii-flows.test.ts');
const page = read('../../../docs/pii.md');
const gate = gates.find(({ id }) => id === 'pii');

/** Transformations of the design's lattice, as they stand in the SQL of a flow; '' stands for one that is a rename or a union. */
const transformations: Readonly<Record<string, RegExp>> = {
  rename: /select plan, email as c/,
  cast: /cast\(email as/,
  'trim, lower': /lower\(trim\(email\)\)/,
  coalesce: /coalesce\(email/,
  concat: /concat\(first_name/,
  struct: /struct\(email|object_construct\('mail'/,
  max: /max\(email\)/,
  any_value: /any_value\(email\)/,
  first_value: /first_value\(email\)/,
  lag: /lag\(email\)/,
  'string_agg, listagg': /listagg\(email/,
  array_agg: /array_agg\(email\)/,
  union: /union all select email/,
  'case branch': /then email end/,
  join: /join stg as b on/,
  left: /left\(email, 3\)/,
  substr: /substr\(email/,
  'three digits of a postal code': /left\(zip, 3\)/,
  'the domain of an address': /split_part\(email, '@', 2\)/,
  md5: /md5\(email\)/,
  sha2: /sha2\(email/,
  farm_fingerprint: /farm_fingerprint\(email\)/,
  'a hash with a secret': /hmac/,
  encryption: /encrypt\(email/,
  'a year of birth': /extract\(year from dob\)/,
  'a month of birth': /date_trunc\('month', dob\)/,
  'coordinates to one decimal': /round\(latitude, 1\)/,
  count: /count\(email\)/,
  'count distinct': /count\(distinct email\)/,
  average: /avg\(salary\)/,
  'grouped by person': /group by person_id/,
  length: /length\(email\)/,
  'is null': /email is null/,
  comparison: /email = 'x'/,
  'special category tested': /diagnosis is not null/,
  constant: /'x' as c/,
  null: /cast\(null as/,
  'unknown function': /acme_scramble\(email\)/,
  regexp_replace: /regexp_replace\(email/,
  'a declared function': /acme_mask\(email\)/,
  'a path into a payload': /payload:email|payload\.email/,
  'used in a join only': /on a\.email = b\.email/,
  'used in a filter only': /where email like/,
  'used in a grouping only': /group by plan, email/,
  'used in a window only': /partition by email/,
  'select *': /select \* from stg/,
};

describe('every flow that the docs promise is there', () => {
  it.each(Object.entries(transformations))('%s', (_, sql) => {
    expect(flows).toMatch(sql);
  });

  it.each(sinkKindsOf(page))('reader %s', (kind) => {
    const opened: Readonly<Record<string, RegExp>> = {
      public: /access: 'public'/,
      external: /Hightouch/,
      semantic_layer: /semantic_model\./,
      stored_failures: /store_failures/,
    };
    expect(flows).toMatch(opened[kind] ?? new RegExp(`board\\('${kind}'\\)`));
  });

  it.each(Object.keys(gate?.messages ?? {}).filter((id) => id !== 'literal-personal-data'))('message %s', (id) => {
    expect(flows).toContain(id);
  });
});

describe('the docs say what the code does', () => {
  it('of kinds of readers', () => {
    const schema = JSON.parse(read('../../../docs/weirkeeper.schema.json')) as Nested;
    expect([...sinkKindsOf(page)].sort()).toEqual(Object.keys(allowedIn(schema)).sort());
  });

  it('of levels', () => {
    for (const level of levels) expect(page).toContain(`\`${level}\``);
  });
});

function sinkKindsOf(text: string): readonly string[] {
  const rows =
    text
      .split('## Who reads')[1]
      ?.split('\n')
      .filter((line) => line.startsWith('| `')) ?? [];
  return rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, kind = '']) => kind));
}

interface Nested {
  readonly properties: Readonly<Record<string, Nested>>;
}

function allowedIn(schema: Nested): Readonly<Record<string, Nested>> {
  return schema.properties['gates']?.properties['pii']?.properties['allowed']?.properties ?? {};
}
