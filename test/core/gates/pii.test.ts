import { describe, expect, it } from '@jest/globals';
import { reason } from '#core/base';
import type { Change } from '#core/change';
import type { Gate, GateResult } from '#core/gates';
import { gates } from '#core/gates';
import type { ChangeWords, NodeOfTest, NodeWords } from '../../support/a-change.ts';
import { aChange, aModel, anExposure, aSource, from, id } from '../../support/a-change.ts';

const gate = gates.find(({ id }) => id === 'pii') as Gate;

function judge(change: Change, options?: unknown): GateResult {
  const assistance = { level: 'unknown' as const, evidence: [], tools: [], note: null };
  return gate.judge({ change, assistance, depth: 'standard', settled: [], options }, new Map());
}

function told(words: ChangeWords, options?: unknown): readonly string[] {
  const result = judge(aChange(words), options);
  if (result.outcome !== 'failed') return [result.outcome];
  return result.findings.map(({ messageId, subject, basis }) => {
    const about = typeof subject === 'string' ? subject : `${subject.uniqueId}.${subject.column}`;
    return `${messageId} ${about.replace('model.shop.', '')} ${basis}`;
  });
}

const labelled = { meta: { pii: true } };
const crm = aSource('crm.people', { columns: { id: {}, email: labelled, name: labelled, plan: {} } });
const mail = 'source.shop.crm.people.email';
const stg = aModel('stg_people', {
  columns: { email: labelled, plan: {} },
  lineage: { email: [from(mail)], plan: [from('source.shop.crm.people.plan')] },
});

/** A public model over stg_people with these columns. */
function mart(lineage: NodeWords['lineage'], words: NodeWords = {}): NodeOfTest {
  return aModel('mart', { access: 'public', lineage: lineage ?? {}, ...words });
}

const plan = { plan: [from('stg_people.plan')] };
const base = { nodes: [crm, stg, mart(plan)] };

describe('a new path', () => {
  it.each([
    ['as it is', from('stg_people.email'), ['new-personal-path mart.c proven']],
    ['renamed and in upper case', from('stg_people.email', 'expression', 'upper'), ['new-personal-path mart.c proven']],
    ['as a weak hash', from('stg_people.email', 'expression', 'md5'), ['weak-hash mart.c proven']],
    ['in part', from('stg_people.email', 'expression', 'left'), ['new-personal-path mart.c proven']],
    ['as a keyed hash', from('stg_people.email', 'expression', 'hmac'), ['new-personal-path mart.c proven']],
    ['counted', from('stg_people.email', 'aggregate', 'count'), ['passed']],
    ['measured', from('stg_people.email', 'expression', 'length'), ['passed']],
  ])('of a labelled column to a public model, %s', (_, source, expected) => {
    const head = { nodes: [crm, stg, mart({ ...plan, c: [source] })] };
    expect(told({ base, head, modified: ['mart'] })).toEqual(expected);
  });

  it('shows the shortest path with what is done on each hop', () => {
    const head = {
      nodes: [crm, stg, mart({ ...plan, contact: [from('stg_people.email', 'expression', 'trim', 'upper')] })],
    };
    const result = judge(aChange({ base, head, modified: ['mart'] }));
    expect(result).toMatchObject({
      findings: [
        {
          data: {
            category: 'e-mail address',
            path: 'people.email → stg_people.email → mart.contact (expression: trim, upper)',
            sink: 'mart',
            why: 'public model',
            level: 'as it is',
          },
        },
      ],
    });
  });

  it('to a model behind an exposure names the exposure', () => {
    const inner = (lineage: NodeWords['lineage']) => aModel('mart', { lineage: lineage ?? {} });
    const board = anExposure('board', ['mart'], { label: 'Board dashboard' });
    const words = {
      base: { nodes: [crm, stg, inner(plan), board] },
      head: { nodes: [crm, stg, inner({ ...plan, email: [from('stg_people.email')] }), board] },
      modified: ['mart'],
    };
    expect(told(words)).toEqual(['new-personal-path mart.email proven']);
    expect(judge(aChange(words))).toMatchObject({
      findings: [{ data: { why: 'exposure Board dashboard' }, downstream: ['exposure.shop.board'] }],
    });
  });

  it.each([
    ['a model that becomes public', aModel('mart', { lineage: { email: [from('stg_people.email')] } }), []],
    ['a new exposure', mart({ email: [from('stg_people.email')] }, { access: 'protected' }), ['board']],
  ])('is opened by %s', (_, before, exposures) => {
    const after = mart({ email: [from('stg_people.email')] }, exposures.length > 0 ? { access: 'protected' } : {});
    const head = { nodes: [crm, stg, after, ...exposures.map((name) => anExposure(name, ['mart']))] };
    expect(told({ base: { nodes: [crm, stg, before] }, head })).toEqual(['new-personal-path mart.email proven']);
  });

  it('of a column that is personal by its name alone warns: its basis is heuristic', () => {
    const app = aSource('app.users', { columns: { phone: {}, city: {} } });
    const over = (lineage: NodeWords['lineage']) => mart(lineage);
    const words = {
      base: { nodes: [app, over({})] },
      head: {
        nodes: [
          app,
          over({ phone: [from('source.shop.app.users.phone')], city: [from('source.shop.app.users.city')] }),
        ],
      },
    };
    expect(told(words)).toEqual(['new-personal-path mart.phone heuristic']);
    expect(told(words, { dictionary: false })).toEqual(['passed']);
  });

  it('is one finding a category and sink', () => {
    const people = aSource('crm.people', { columns: { first_name: labelled, last_name: labelled, email: labelled } });
    const all = {
      first_name: [from('source.shop.crm.people.first_name')],
      last_name: [from('source.shop.crm.people.last_name')],
      email: [from(mail)],
    };
    const words = { base: { nodes: [people, mart({})] }, head: { nodes: [people, mart(all)] } };
    expect(told(words)).toEqual(['new-personal-path mart.email proven', 'new-personal-path mart.first_name proven']);
  });

  it('that leaves the organisation may hold aggregates only', () => {
    const sync = anExposure('hightouch_sync', ['out']);
    const out = (lineage: NodeWords['lineage']) => aModel('out', { lineage: lineage ?? {} });
    const words = (source: ReturnType<typeof from>) => ({
      base: { nodes: [crm, stg, out(plan), sync] },
      head: { nodes: [crm, stg, out({ ...plan, c: [source] }), sync] },
    });
    expect(told(words(from('stg_people.email', 'expression', 'hmac')))).toEqual(['new-personal-path out.c proven']);
    expect(told(words(from('stg_people.email', 'aggregate', 'count')))).toEqual(['passed']);
  });

  it('is shown at the line of the diff that opens it', () => {
    const head = { nodes: [crm, stg, mart({ ...plan, contact: [from('stg_people.email', 'rename')] })] };
    const patch = '@@ -1,3 +1,4 @@\n select\n   plan,\n+  email as contact\n from {{ ref("stg_people") }}';
    const result = judge(aChange({ base, head, modified: ['mart'], files: { 'dbt/models/mart.sql': patch } }));
    expect(result).toMatchObject({ findings: [{ place: { path: 'dbt/models/mart.sql', startLine: 3, endLine: 3 } }] });
  });
});

describe('no new path', () => {
  const open = mart({ email: [from('stg_people.email')] });
  it.each<[string, ChangeWords]>([
    ['nothing changed', { base: { nodes: [crm, stg, open] }, head: { nodes: [crm, stg, open] }, modified: ['mart'] }],
    [
      'the column is renamed in the sink',
      {
        base: { nodes: [crm, stg, open] },
        head: { nodes: [crm, stg, mart({ contact: [from('stg_people.email', 'rename')] })] },
        modified: ['mart'],
      },
    ],
    [
      'a model is put between',
      {
        base: { nodes: [crm, stg, open] },
        head: {
          nodes: [
            crm,
            stg,
            aModel('int_people', { columns: { email: labelled }, lineage: { email: [from('stg_people.email')] } }),
            mart({ email: [from('int_people.email')] }),
          ],
        },
        modified: ['mart', 'int_people'],
      },
    ],
    [
      'the sink is renamed',
      {
        base: { nodes: [crm, stg, open] },
        head: {
          nodes: [crm, stg, aModel('dim_people', { access: 'public', lineage: { email: [from('stg_people.email')] } })],
        },
        modified: ['dim_people'],
      },
    ],
    [
      'a model on the way is renamed',
      {
        base: { nodes: [crm, stg, open] },
        head: {
          nodes: [
            crm,
            aModel('stg_crm_people', {
              columns: { email: labelled },
              lineage: { email: [from(mail)], plan: [from('source.shop.crm.people.plan')] },
            }),
            mart({ email: [from('stg_crm_people.email')] }, { columns: { email: labelled } }),
          ],
        },
        modified: ['mart', 'stg_crm_people'],
      },
    ],
    [
      'a label is added, and data flow as before',
      {
        base: {
          nodes: [aSource('crm.people', { columns: { c: {} } }), mart({ c: [from('source.shop.crm.people.c')] })],
        },
        head: {
          nodes: [
            aSource('crm.people', { columns: { c: labelled } }),
            mart({ c: [from('source.shop.crm.people.c')] }, { columns: { c: labelled } }),
          ],
        },
      },
    ],
    [
      'the sink now holds less',
      {
        base: { nodes: [crm, stg, open] },
        head: { nodes: [crm, stg, mart({ email: [from('stg_people.email', 'expression', 'md5')] })] },
        modified: ['mart'],
      },
    ],
  ])('when %s', (_, words) => {
    expect(told(words)).toEqual(['passed']);
  });

  it('but a protection that is taken off is one', () => {
    const hashed = mart({ email: [from('stg_people.email', 'expression', 'sha256')] });
    expect(
      told({ base: { nodes: [crm, stg, hashed] }, head: { nodes: [crm, stg, open] }, modified: ['mart'] }),
    ).toEqual(['protection-weakened mart.email proven']);
  });
});

describe('a label', () => {
  const stgWith = (words: NodeWords) =>
    aModel('stg_people', { lineage: { email: [from(mail)], plan: [from('source.shop.crm.people.plan')] }, ...words });
  const before = { nodes: [crm, stg] };

  it.each<[string, NodeOfTest, readonly string[]]>([
    ['that went away', stgWith({ columns: { email: {} } }), ['label-dropped stg_people.email proven']],
    ['that went away with the YAML', stgWith({}), ['label-dropped stg_people.email proven']],
    [
      'turned into a bare no',
      stgWith({ columns: { email: { meta: { pii: false } } } }),
      ['label-dropped stg_people.email proven'],
    ],
    [
      'turned into a no with a reason',
      stgWith({ columns: { email: { meta: { pii: false, pii_reason: 'shared' } } } }),
      ['passed'],
    ],
    ['written another way', stgWith({ columns: { email: { configMeta: { pii: true } } } }), ['passed']],
    ['in another case', stgWith({ columns: { EMAIL: labelled } }), ['passed']],
    ['moved to the model', stgWith({ meta: { contains_pii: true } }), ['passed']],
    [
      'lost in a rename',
      stgWith({ lineage: { contact: [from(mail, 'rename')] }, columns: { contact: {} } }),
      ['label-dropped stg_people.contact proven'],
    ],
    [
      'kept in a rename',
      stgWith({ lineage: { contact: [from(mail, 'rename')] }, columns: { contact: labelled } }),
      ['passed'],
    ],
    ['of a column that is gone', stgWith({ lineage: { plan: [from('source.shop.crm.people.plan')] } }), ['passed']],
    [
      'of a column that is now a count',
      stgWith({ lineage: { email: [from(mail, 'aggregate', 'count')] } }),
      ['passed'],
    ],
  ])('%s', (_, after, expected) => {
    expect(told({ base: before, head: { nodes: [crm, after] }, modified: ['stg_people'] })).toEqual(expected);
  });

  it('lost in a rename that reaches an exposure is told once where it was lost', () => {
    const words = (name: string, columns: NodeWords['columns']) => [
      crm,
      stgWith({ lineage: { [name]: [from(mail, 'rename')] }, ...(columns === undefined ? {} : { columns }) }),
      aModel('mart', { lineage: { [name]: [from(`stg_people.${name}`)] } }),
      anExposure('board', ['mart']),
    ];
    const change = {
      base: { nodes: words('email', { email: labelled }) },
      head: { nodes: words('contact', undefined) },
      modified: ['stg_people', 'mart'],
    };
    expect(told(change)).toEqual(['label-dropped stg_people.contact proven']);
  });

  it('of less weight than before is told', () => {
    const graded = (classification: string) => stgWith({ columns: { email: { meta: { pii: true, classification } } } });
    expect(
      told({ base: { nodes: [crm, graded('restricted')] }, head: { nodes: [crm, graded('confidential')] } }),
    ).toEqual(['label-dropped stg_people.email proven']);
  });

  it('dropped upstream does not clean what flows', () => {
    const bare = aSource('crm.people', { columns: { c: {} } });
    const said = aSource('crm.people', { columns: { c: labelled } });
    const flow = { c: [from('source.shop.crm.people.c')] };
    expect(
      told({ base: { nodes: [said, mart({})] }, head: { nodes: [bare, mart(flow)] }, modified: ['mart'] }),
    ).toEqual(['label-dropped source.shop.crm.people.c proven', 'new-personal-path mart.c proven']);
  });

  it('missing on a column taken over unaltered comes with YAML to paste, in the form used upstream', () => {
    const next = aModel('int_people', {
      lineage: { mail: [from('stg_people.email', 'rename')], plan: [from('stg_people.plan')] },
    });
    const result = judge(aChange({ base: before, head: { nodes: [crm, stg, next] }, modified: ['int_people'] }));
    expect(result).toMatchObject({
      findings: [
        {
          messageId: 'label-missing',
          data: { columns: 'mail' },
          yaml: 'models:\n  - name: int_people\n    columns:\n      - name: mail\n        meta:\n          pii: true',
        },
      ],
    });
  });

  it.each<[string, NodeWords]>([
    ['hashed', { lineage: { mail: [from('stg_people.email', 'expression', 'md5')] } }],
    ['labelled', { lineage: { mail: [from('stg_people.email')] }, columns: { mail: { tags: ['pii'] } } }],
  ])('is not missing on a column that is %s', (_, words) => {
    expect(
      told({ base: before, head: { nodes: [crm, stg, aModel('int_people', words)] }, modified: ['int_people'] }),
    ).toEqual(['passed']);
  });

  it('that was missing before is not this change’s doing', () => {
    const old = aModel('int_people', { lineage: { mail: [from('stg_people.email')] } });
    expect(
      told({ base: { nodes: [crm, stg, old] }, head: { nodes: [crm, stg, old] }, modified: ['int_people'] }),
    ).toEqual(['passed']);
  });
});

it('rows of a source whose key is a hash by its name, joined back to an address, are told as a guess', () => {
  const events = aSource('web.events', { columns: { email_hash: {}, plan: {} } });
  const at = 'source.shop.web.events';
  const rowset = [at, 'model.shop.stg_people'].map((uniqueId) => ({
    ...{ uniqueId: id(uniqueId), clause: 'join' as const },
    column: uniqueId === at ? 'email_hash' : 'email',
  }));
  const before = { plan: [from(`${at}.plan`)] };
  const met = aModel('visits', { lineage: { ...before, plan2: [from('stg_people.email')] }, rowset });
  const nodes = (model: NodeOfTest) => ({ nodes: [crm, stg, events, model] });
  expect(told({ base: nodes(aModel('visits', { lineage: before })), head: nodes(met) })).toEqual([
    're-identified visits heuristic',
  ]);
});

it('a path that only a name tells of comes with YAML that labels it where it begins', () => {
  const app = aSource('app.users', { columns: { phone: {} } });
  const head = { nodes: [app, mart({ phone: [from('source.shop.app.users.phone')] })] };
  expect(judge(aChange({ base: { nodes: [app, mart({})] }, head }))).toMatchObject({
    findings: [
      {
        messageId: 'new-personal-path',
        yaml: `sources:
  - name: app
    tables:
      - name: users
        columns:
          - name: phone
            config:
              meta:
                pii: true`,
        matters: expect.stringMatching(/^under GDPR .*; the path: users\.phone → mart\.phone; at base: none$/),
      },
    ],
  });
});

describe('labels in conflict', () => {
  const over = (words: NodeWords) => aModel('stg_people', { lineage: { email: [from(mail)] }, ...words });
  const before = { nodes: [crm, over({ columns: { email: labelled } })] };

  it.each<[string, NodeWords, readonly string[]]>([
    [
      'of a column and of its model as a whole',
      { columns: { email: labelled }, meta: { contains_pii: false } },
      ['label-conflict stg_people.email proven'],
    ],
    [
      'is none where only some columns are personal',
      { columns: { email: labelled }, meta: { contains_pii: true } },
      ['passed'],
    ],
  ])('%s', (_, after, expected) => {
    expect(told({ base: before, head: { nodes: [crm, over(after)] } })).toEqual(expected);
  });

  it('of YAML and a data contract of the base', () => {
    const content = { schema: [{ name: 'stg_people', properties: [{ name: 'email', classification: 'pii' }] }] };
    const after = over({ columns: { email: { meta: { pii: false, pii_reason: 'made up' } } } });
    const change = {
      ...aChange({ base: before, head: { nodes: [crm, after] } }),
      contracts: [{ path: 'c.yaml', content }],
    };
    expect(judge(change)).toMatchObject({
      findings: [{ messageId: 'label-conflict', data: { second: 'data contract c.yaml.classification (personal)' } }],
    });
  });
});

describe('what cannot be told', () => {
  const why = reason('not-compiled', 'it is not compiled', 'run `dbt compile`');
  const board = anExposure('board', ['mart']);

  it('is a modified model without lineage between personal data and a sink', () => {
    const blind = aModel('mart', { unresolved: why, reads: ['stg_people'] });
    const result = judge(
      aChange({
        base: { nodes: [crm, stg, blind, board] },
        head: { nodes: [crm, stg, blind, board] },
        modified: ['mart'],
      }),
    );
    expect(result).toMatchObject({
      outcome: 'unknown',
      reason: { code: 'lineage-unknown', remedy: 'run `dbt compile`' },
    });
    expect(result.outcome === 'unknown' ? result.reason.text : '').toContain('model.shop.mart');
  });

  it.each<[string, readonly NodeOfTest[], readonly string[]]>([
    ['no sink behind it', [crm, stg, aModel('mart', { unresolved: why, reads: ['stg_people'] })], ['mart']],
    [
      'no personal data before it',
      [
        aSource('ops.jobs', { columns: { id: {} } }),
        aModel('mart', { unresolved: why, reads: ['source.shop.ops.jobs'] }),
        board,
      ],
      ['mart'],
    ],
    ['nothing changed near it', [crm, stg, aModel('mart', { unresolved: why, reads: ['stg_people'] }), board], []],
  ])('does not matter with %s', (_, nodes, modified) => {
    expect(told({ base: { nodes }, head: { nodes }, modified })).toEqual(['passed']);
  });

  it('is "new" when base’s lineage is not known', () => {
    const blind = mart({}, { unresolved: why, reads: ['stg_people'] });
    const head = { nodes: [crm, stg, mart({ email: [from('stg_people.email')] })] };
    const result = judge(aChange({ base: { nodes: [crm, stg, blind] }, head, modified: ['mart'] }));
    expect(result).toMatchObject({ outcome: 'unknown', reason: { code: 'base-lineage-unknown' } });
  });
});
