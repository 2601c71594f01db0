// Every way in which personal data may reach a reader, or be kept from one: SQL in, finding out, in two dialects.
import { afterAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '#core/base';
import type { FlowModel, FlowProject } from '../../support/pii-flows.ts';
import { judgeFlow, sourceColumns, told } from '../../support/pii-flows.ts';
import { reader } from '../../support/read-sql.ts';

afterAll(() => reader.close());

const pii: JsonObject = { meta: { pii: true } };
const kind = (pii_type: string): JsonObject => ({ meta: { pii: true, pii_type } });
const labels = {
  email: pii,
  phone: pii,
  dob: pii,
  zip: pii,
  diagnosis: kind('health'),
  salary: pii,
  first_name: pii,
  latitude: pii,
  payload: kind('email'),
};
const names = sourceColumns.map((column) => column.split(' ')[0] ?? '');
const stg = `select ${names.join(', ')} from people`;
const quiet = 'select plan from stg';

/** A project in which `mart` is public; anything else as given. */
function shop(
  mart: string | FlowModel,
  more: Partial<FlowProject> & { readonly stg?: string | FlowModel } = {},
): FlowProject {
  const { stg: first = stg, models = {}, ...rest } = more;
  const own = typeof mart === 'string' ? { sql: mart } : mart;
  return { labels, models: { stg: first, ...models, mart: { access: 'public', ...own } }, ...rest };
}

const dialects = ['snowflake', 'bigquery'] as const;
type ByDialect = string | { readonly snowflake: string; readonly bigquery: string };
const of = (sql: ByDialect, dialect: (typeof dialects)[number]): string =>
  typeof sql === 'string' ? sql : sql[dialect];

describe.each(dialects)('in %s', (dialect) => {
  describe('what a new column of a public model lets out', () => {
    const path = (column: string) => [`new-personal-path mart.${column}`];
    const hash = ['weak-hash mart.c'];
    const nothing = ['passed'];
    it.each<readonly [title: string, sql: ByDialect, expected: readonly string[]]>([
      ['the column itself', 'select plan, email from stg', path('email')],
      ['a rename', 'select plan, email as c from stg', path('c')],
      ['a cast', 'select plan, cast(email as string) as c from stg', path('c')],
      ['trim, lower', 'select plan, lower(trim(email)) as c from stg', path('c')],
      ['coalesce', "select plan, coalesce(email, phone, 'none') as c from stg", [...path('c'), ...path('c')]],
      ['concat', "select plan, concat(first_name, ' ', plan) as c from stg", path('c')],
      ['||', "select plan, first_name || '!' as c from stg", path('c')],
      ['max', 'select plan, max(email) as c from stg group by plan', path('c')],
      ['any_value', 'select plan, any_value(email) as c from stg group by plan', path('c')],
      [
        'string_agg',
        {
          snowflake: "select plan, listagg(email, ',') as c from stg group by plan",
          bigquery: "select plan, string_agg(email, ',') as c from stg group by plan",
        },
        path('c'),
      ],
      ['array_agg', 'select plan, array_agg(email) as c from stg group by plan', path('c')],
      ['first_value', 'select plan, first_value(email) over (partition by plan order by dob) as c from stg', path('c')],
      ['lag', 'select plan, lag(email) over (order by plan) as c from stg', path('c')],
      ['a value of CASE', "select plan, case when plan = 'x' then email end as c from stg", path('c')],
      ['a union branch', 'select plan from stg union all select email from stg', path('plan')],
      [
        'a struct',
        {
          snowflake: "select plan, object_construct('mail', email) as c from stg",
          bigquery: 'select plan, struct(email as mail) as c from stg',
        },
        path('c'),
      ],
      [
        'a CTE',
        'with a as (select plan, email as m from stg), b as (select * from a) select plan, m as c from b',
        path('c'),
      ],
      ['a subquery', 'select plan, c from (select plan, email as c from stg) as d', path('c')],
      ['a scalar subquery', 'select plan, (select max(email) from stg) as c from stg', path('c')],
      ['a join', 'select a.plan, b.email as c from stg as a join stg as b on a.person_id = b.person_id', path('c')],
      ['an unknown function', 'select plan, acme_scramble(email) as c from stg', path('c')],
      ['regexp_replace', "select plan, regexp_replace(email, 'x', 'y') as c from stg", path('c')],
      ['replace', "select plan, replace(email, 'x', '') as c from stg", path('c')],
      ['left', 'select plan, left(email, 3) as c from stg', path('c')],
      ['substr', 'select plan, substr(email, 1, 5) as c from stg', path('c')],
      ['five digits of a postal code', 'select plan, left(zip, 5) as c from stg', path('c')],
      ['three digits of a postal code', 'select plan, left(zip, 3) as c from stg', nothing],
      ['md5', 'select plan, md5(email) as c from stg', hash],
      ['md5 of lower', 'select plan, md5(lower(email)) as c from stg', hash],
      [
        'sha256',
        {
          snowflake: 'select plan, sha2(email, 256) as c from stg',
          bigquery: 'select plan, to_hex(sha256(email)) as c from stg',
        },
        hash,
      ],
      [
        'farm_fingerprint, hash',
        {
          snowflake: 'select plan, hash(email) as c from stg',
          bigquery: 'select plan, farm_fingerprint(email) as c from stg',
        },
        hash,
      ],
      [
        'encryption',
        {
          snowflake: "select plan, encrypt(email, 'k') as c from stg",
          bigquery: 'select plan, aead.encrypt(k, email, plan) as c from stg',
        },
        path('c'),
      ],
      [
        'a hash with a secret',
        {
          snowflake: 'select plan, hmac_sha256(k, email) as c from stg',
          bigquery: 'select plan, to_hex(hmac_sha256(k, email)) as c from stg',
        },
        path('c'),
      ],
      ['the domain of an address', "select plan, split_part(email, '@', 2) as c from stg", nothing],
      ['coordinates to one decimal', 'select plan, round(latitude, 1) as c from stg', nothing],
      ['exact coordinates', 'select plan, round(latitude, 4) as c from stg', path('c')],
      [
        'a path into a payload',
        {
          snowflake: 'select plan, payload:email::string as c from stg',
          bigquery: 'select plan, payload.email as c from stg',
        },
        path('c'),
      ],
      ['count', 'select plan, count(email) as c from stg group by plan', nothing],
      ['count distinct', 'select plan, count(distinct email) as c from stg group by plan', nothing],
      ['the average over a plan', 'select plan, avg(salary) as c from stg group by plan', nothing],
      ['the average of one person', 'select person_id, avg(salary) as c from stg group by person_id', path('c')],
      ['length', 'select plan, length(email) as c from stg', nothing],
      ['is null', 'select plan, email is null as c from stg', nothing],
      ['a comparison', "select plan, email = 'x' as c from stg", nothing],
      ['the condition of CASE', "select plan, case when email is null then 'no' else 'yes' end as c from stg", nothing],
      ['the year of birth', 'select plan, extract(year from dob) as c from stg', nothing],
      [
        'the month of birth',
        {
          snowflake: "select plan, date_trunc('month', dob) as c from stg",
          bigquery: 'select plan, date_trunc(dob, month) as c from stg',
        },
        path('c'),
      ],
      ['whether there is a diagnosis', 'select plan, diagnosis is not null as c from stg', path('c')],
      ['a constant', "select plan, 'x' as c from stg", nothing],
      ['null', 'select plan, cast(null as string) as c from stg', nothing],
      ['the rank', 'select plan, row_number() over (partition by email order by dob) as c from stg', nothing],
      ['a filter by it', "select plan from stg where email like '%x'", nothing],
      ['a join by it', 'select a.plan from stg as a join stg as b on a.email = b.email', nothing],
      ['a grouping by it', 'select plan, count(*) as c from stg group by plan, email', nothing],
    ])('%s', async (_, sql, expected) => {
      expect(await told(dialect, shop(quiet), shop(of(sql, dialect)))).toEqual(expected);
    });
  });

  it('a function that the policy declares', async () => {
    const masked = shop('select plan, acme_mask(email) as c from stg');
    const sanitizers = [{ function: 'acme_mask', yields: 'clear', categories: ['contact.*'] }];
    expect(await told(dialect, shop(quiet), masked, { sanitizers })).toEqual(['passed']);
    expect(await told(dialect, shop(quiet), masked)).toEqual(['new-personal-path mart.c']);
  });

  it('every column of a relation, and those to come', async () => {
    const answer = await told(dialect, shop(quiet), shop('select * from stg'));
    expect(answer).toContain('star-into-sink mart');
    expect(answer.filter((one) => one.startsWith('new-personal-path'))).toHaveLength(8);
  });

  describe('what opens a path that was closed', () => {
    const open = { sql: 'select plan, email from stg', access: 'protected' } as const;
    const board = (type: string, label = 'Board'): NonNullable<FlowProject['readers']> => ({
      'exposure.shop.board': {
        reads: ['mart'],
        exposure: { type, label, owner: { name: 'Finance', email: [] }, maturity: null, url: null },
      },
    });
    it.each<readonly [title: string, after: FlowProject, expected: readonly string[]]>([
      ['a model that becomes public', shop({ ...open, access: 'public' }), ['new-personal-path mart.email']],
      ['a dashboard', shop(open, { readers: board('dashboard') }), ['new-personal-path mart.email']],
      ['a notebook', shop(open, { readers: board('notebook') }), ['new-personal-path mart.email']],
      ['an application', shop(open, { readers: board('application') }), ['new-personal-path mart.email']],
      ['machine learning', shop(open, { readers: board('ml') }), ['new-personal-path mart.email']],
      ['an analysis', shop(open, { readers: board('analysis') }), ['new-personal-path mart.email']],
      [
        'a sync to the outside',
        shop(open, { readers: board('application', 'Hightouch contacts') }),
        ['new-personal-path mart.email'],
      ],
      ['a data share', shop({ ...open, meta: { data_share: 'partner' } }), ['new-personal-path mart.email']],
      [
        'a dimension of a semantic model',
        shop(open, {
          readers: {
            'semantic_model.shop.people': {
              reads: ['mart'],
              entry: { dimensions: [{ name: 'mail', expr: 'lower(email)' }] },
            },
          },
        }),
        ['new-personal-path mart.email'],
      ],
      [
        'a semantic model that offers other columns',
        shop(open, {
          readers: { 'semantic_model.shop.people': { reads: ['mart'], entry: { dimensions: [{ name: 'plan' }] } } },
        }),
        ['passed'],
      ],
      [
        'a test that stores failures, where the policy guards them not',
        shop(open, { readers: { 'test.shop.t': { reads: ['mart'], config: { store_failures: true } } } }),
        ['passed'],
      ],
      ['a grant', shop({ ...open, config: { grants: { select: ['everyone'] } } }), ['audience-widened mart']],
      ['another schema', shop({ ...open, config: { schema: 'open' } }), ['audience-widened mart']],
    ])('%s', async (_, after, expected) => {
      expect(await told(dialect, shop(open), after)).toEqual(expected);
    });

    it('a test that stores failures, where the policy guards them', async () => {
      const after = shop(open, { readers: { 'test.shop.t': { reads: ['mart'], config: { store_failures: true } } } });
      const options = { allowed: { stored_failures: 'generalised' } };
      expect(await told(dialect, shop(open), after, options)).toEqual(['new-personal-path mart.email']);
    });

    it('a policy that allows a kind of reader more', async () => {
      const after = shop(open, { readers: board('notebook') });
      expect(await told(dialect, shop(open), after, { allowed: { notebook: 'raw' } })).toEqual(['passed']);
    });
  });

  describe('a protection that goes away', () => {
    const masked = (columns: FlowModel['columns'], more: Partial<FlowModel> = {}): FlowModel => ({
      sql: 'select plan, email from stg',
      ...more,
      ...(columns === undefined ? {} : { columns }),
    });
    const covered = { email: { meta: { pii: true, masking_policy: 'mail_mask' } } };
    const tagged = { email: { meta: { pii: true }, policy_tags: ['t'] } };
    it.each<readonly [title: string, before: FlowProject, after: FlowProject, expected: readonly string[]]>([
      [
        'a hash two models up',
        shop('select plan, c from int', { models: { int: 'select plan, md5(email) as c from stg' } }),
        shop('select plan, c from int', { models: { int: 'select plan, email as c from stg' } }),
        ['protection-weakened mart.c'],
      ],
      ['a masking policy', shop(masked(covered)), shop(masked({ email: pii })), ['protection-removed mart.email']],
      [
        'policy tags',
        shop(masked(tagged, { config: { persist_docs: { columns: true } } })),
        shop(masked({ email: pii }, { config: { persist_docs: { columns: true } } })),
        ['protection-removed mart.email'],
      ],
      [
        'persist_docs',
        shop(masked(tagged, { config: { persist_docs: { columns: true } } })),
        shop(masked(tagged)),
        ['protection-removed mart.email'],
      ],
      [
        'a hook',
        shop(
          masked(
            { email: pii },
            { config: { 'post-hook': [{ sql: 'alter view mart modify column email set masking policy m' }] } },
          ),
        ),
        shop(masked({ email: pii })),
        ['protection-removed mart.email'],
      ],
      [
        'a column mask',
        shop(masked({ email: { ...pii, column_mask: { function: 'm' } } })),
        shop(masked({ email: pii })),
        ['protection-removed mart.email'],
      ],
      [
        'a view over a masked column that becomes a table',
        shop(
          { sql: 'select plan, email from stg', access: 'protected', columns: { email: pii } },
          { stg: { sql: stg, columns: covered } },
        ),
        shop(
          { sql: 'select plan, email from stg', access: 'protected', columns: { email: pii }, materialized: 'table' },
          { stg: { sql: stg, columns: covered } },
        ),
        ['protection-removed mart.email'],
      ],
      [
        'none: the mask is kept under another name',
        shop(masked(covered)),
        shop({
          sql: 'select plan, email as m from stg',
          columns: { m: { meta: { pii: true, masking_policy: 'mail_mask' } } },
        }),
        ['passed'],
      ],
      ['none: a new column has a mask', shop(quiet), shop(masked(covered)), ['passed']],
    ])('%s', async (_, before, after, expected) => {
      expect(await told(dialect, before, after)).toEqual(expected);
    });
  });

  describe('labels', () => {
    const inner = (columns: FlowModel['columns'], sql = 'select plan, email from stg'): FlowProject =>
      shop({ sql, access: 'protected', ...(columns === undefined ? {} : { columns }) });
    it.each<readonly [title: string, before: FlowProject, after: FlowProject, expected: readonly string[]]>([
      ['lost', inner({ email: pii }), inner({ email: {} }), ['label-dropped mart.email']],
      [
        'lost in a rename',
        inner({ email: pii }),
        inner(undefined, 'select plan, email as m from stg'),
        ['label-dropped mart.m'],
      ],
      ['missing on a column taken over', inner(undefined, quiet), inner(undefined), ['label-missing mart.email']],
      [
        'in conflict',
        inner({ email: pii }),
        inner({ email: { meta: { pii: false }, config: { meta: { pii: true } } } }),
        ['label-conflict mart.email'],
      ],
    ])('%s', async (_, before, after, expected) => {
      // The staging model is labelled as well, so that "missing" has something to repeat.
      const withStg = (project: FlowProject): FlowProject => ({
        ...project,
        models: { ...project.models, stg: { sql: stg, columns: labels } },
      });
      expect(await told(dialect, withStg(before), withStg(after))).toEqual(expected);
    });

    it('of the policy’s register count before those in YAML', async () => {
      const bare = { ...shop('select plan, email from stg'), labels: {} };
      const quietBare = { ...shop(quiet), labels: {} };
      const register = (pii_: boolean) => ({
        dictionary: false,
        columns: [{ column: 'crm.people.e*', pii: pii_, category: 'contact.email' }],
      });
      expect(await told(dialect, quietBare, bare, register(true))).toEqual(['new-personal-path mart.email']);
      expect(await told(dialect, shop(quiet), shop('select plan, email from stg'), register(false))).toEqual([
        'passed',
      ]);
    });

    it('are asked for on new columns, where the project labels any', async () => {
      const flow = (column: string, said: FlowProject['labels'] = labels): FlowProject => ({
        ...shop({ sql: quiet, access: 'protected' }, { stg: `select plan, ${column} from people` }),
        labels: said,
      });
      expect(await told(dialect, flow('gender'), flow('home_phone'))).toEqual(['unlabelled-column stg.home_phone']);
      expect(await told(dialect, flow('gender', {}), flow('home_phone', {}))).toEqual(['passed']);
    });
  });

  describe('rows under a pseudonym that are joined back to a person', () => {
    const int: FlowProject['models'] = { events: 'select md5(email) as who, plan, salary from stg' };
    const inner = (sql: string, models = int): FlowProject => shop({ sql, access: 'protected' }, { models });
    const before = inner('select who, plan from events');
    const met = ['re-identified mart'];
    it.each<[title: string, after: FlowProject, expected: readonly string[]]>([
      [
        'by hashing once more',
        inner('select e.plan, s.email from events as e join stg as s on e.who = md5(s.email)'),
        met,
      ],
      [
        'by a name found at the same hash',
        inner('select e.who, s.first_name from events as e join keys as s on e.who = s.k', {
          ...int,
          keys: 'select md5(email) as k, first_name from stg',
        }),
        met,
      ],
      [
        'in a CTE',
        inner(
          'with j as (select e.plan, s.phone from events as e join stg as s on e.who = md5(s.email)) select * from j',
        ),
        met,
      ],
      [
        'but not where only what names nobody is taken',
        inner('select e.plan, s.zip from events as e join stg as s on e.who = md5(s.email)'),
        ['passed'],
      ],
      [
        'but not where the name is hashed as well',
        inner('select e.plan, md5(s.phone) as p from events as e join stg as s on e.who = md5(s.email)'),
        ['passed'],
      ],
      [
        'but not by the key of a person',
        inner('select a.plan, b.email from stg as a join stg as b on a.person_id = b.person_id'),
        ['passed'],
      ],
    ])('%s', async (_, after, expected) => {
      const answer = await told(dialect, { ...before, models: { ...after.models, ...before.models } }, after);
      expect(answer.filter((one) => one !== 'label-missing mart.email')).toEqual(expected);
    });

    it('is not told again where base did so already', async () => {
      const after = inner('select e.plan, s.email from events as e join stg as s on e.who = md5(s.email)');
      const more = inner('select e.plan, e.who, s.email from events as e join stg as s on e.who = md5(s.email)');
      expect(await told(dialect, after, more)).toEqual(['passed']);
    });
  });

  it('a combination that singles a person out is noted', async () => {
    const all = 'select diagnosis, dob, zip, gender from stg';
    const options = { allowed: { public: 'partial' } };
    const answer = await told(dialect, shop('select diagnosis, dob, zip from stg'), shop(all), options);
    expect(answer).toContain('singled-out mart');
  });

  it('a payload about persons is told', async () => {
    const types = { 'model.shop.mart': ['plan varchar', 'payload variant'] };
    const bare = { ...labels, payload: {} };
    const after = shop('select plan, payload from stg', { types, labels: bare });
    expect(await told(dialect, shop(quiet, { labels: bare }), after)).toEqual(['payload-in-sink mart']);
  });

  it('an incremental model that takes up a labelled column is asked how long it keeps it', async () => {
    const kept = (sql: string, meta: JsonObject = {}): FlowProject =>
      shop({ sql, access: 'protected', materialized: 'incremental', meta });
    const flow = 'select plan, phone from stg';
    expect(await told(dialect, kept(quiet), kept(flow))).toEqual(['kept-in-history mart']);
    expect(await told(dialect, kept(quiet), kept(flow, { retention: '2 years' }))).toEqual(['passed']);
  });

  it('a finding names path, category and where laws speak of it', async () => {
    const result = await judgeFlow(dialect, shop(quiet), shop('select plan, lower(email) as c from stg'));
    expect(result).toMatchObject({
      findings: [
        { messageId: 'new-personal-path', data: { path: 'people.email → stg.email → mart.c (expression: lower)' } },
      ],
    });
    expect(result.outcome === 'failed' ? result.findings[0].matters : '').toContain('GDPR Art. 4(1)');
  });
});
