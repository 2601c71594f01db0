import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '#core/base';
import { labelReader, labelsReader, readNodeLabel } from '#core/pii';
import { aModel, aSource } from '../../support/a-change.ts';

const path = 'contracts/people.odcs.yaml';
const people = aSource('crm.people', { columns: { email: {}, plan: {} } }).node;

function said(property: JsonObject, table: JsonObject = {}) {
  const content = {
    kind: 'DataContract',
    apiVersion: 'v3.1.0',
    schema: [{ name: 'people', ...table, properties: [{ name: 'email', ...property }] }],
  };
  return labelReader([], [{ path, content }])(people, 'EMAIL');
}

describe('a data contract labels a column', () => {
  it.each<[string, JsonObject, object | null]>([
    ['by its classification', { classification: 'restricted' }, { pii: true, sensitivity: 4 }],
    ['by a tag', { tags: ['pii_email'] }, { pii: true, types: ['contact.email'] }],
    ['by a custom property', { customProperties: [{ property: 'pii', value: 'email' }] }, { types: ['contact.email'] }],
    ['as one that has an encrypted twin', { encryptedName: 'email_enc' }, { pii: true }],
    ['not by a classification of other things', { classification: 'public' }, null],
    ['not because it matters to the business', { criticalDataElement: true }, null],
  ])('%s', (_, property, expected) => {
    const label = said(property);
    if (expected === null) expect(label).toBeNull();
    else expect(label).toMatchObject({ ...expected, source: expect.stringContaining(path) });
  });

  it('by the physical name, and of a whole path by its last part', () => {
    const table = { name: 'Customers of the shop', physicalName: 'raw.crm.people' };
    expect(said({ name: 'E-mail', physicalName: 'email', classification: 'pii' }, table)).toMatchObject({ pii: true });
    expect(said({ classification: 'pii' }, { physicalName: 'orders' })).toBeNull();
  });

  it('in version 2 of the standard too', () => {
    const content = { dataset: [{ table: 'people', columns: [{ column: 'email', classification: 'confidential' }] }] };
    expect(labelReader([], [{ path, content }])(people, 'email')).toMatchObject({ pii: true, sensitivity: 3 });
  });

  it.each<[string, JsonObject]>([
    ['no schema', {}],
    ['a schema of other things', { schema: ['people', 3, null] }],
    ['properties without names', { schema: [{ name: 'people', properties: [{ classification: 'pii' }, 1] }] }],
    ['stars for names', { schema: [{ name: '*', properties: [{ name: '*', classification: 'pii' }] }] }],
  ])('and says nothing with %s', (_, content) => {
    expect(labelReader([], [{ path, content }])(people, 'email')).toBeNull();
  });
});

it('what is said of a column stands in the order in which it counts', () => {
  const node = aModel('people', {
    columns: {
      email: {
        meta: { pii: true },
        tags: ['pii'],
        entry: { config: { meta: { pii: true }, tags: ['phi'] }, policy_tags: ['t'] },
      },
    },
    config: { 'post-hook': ["alter table x modify column email set tag gov.pii_type = 'email'"] },
  }).node;
  const content = { schema: [{ name: 'people', properties: [{ name: 'email', classification: 'pii' }] }] };
  const registry = [{ column: 'people.email', pii: true, category: null, reason: null }];
  const sources = labelsReader(registry, [{ path, content }])(node, 'email').map(({ source }) => source);
  expect(sources).toEqual([
    'policy',
    'config.meta.pii',
    'config.tags phi',
    'meta.pii',
    'tag pii',
    'policy_tags',
    'tag set by a hook pii_email',
    `data contract ${path}.classification`,
  ]);
});

it.each([
  ["alter table {{ this }} modify column email set tag pii = 'true'", true],
  ["alter table {{ this }} modify column \"EMAIL\" set tag governance.tags.pii_type='email', owner='x'", true],
  ["alter table {{ this }} alter column email set tags ('pii' = 'true')", true],
  ["alter table {{ this }} modify column email_hash set tag pii = 'true'", false],
  ["alter table {{ this }} modify column email set tag owner = 'crm'", false],
])('a hook that tags a column labels it: %s', (hook, isLabel) => {
  const { node } = aModel('m', { config: { 'post-hook': [{ sql: hook }] } });
  expect(labelReader([])(node, 'email')?.pii ?? false).toBe(isLabel);
});

it('what a source says of all its tables counts for each, unless the table says otherwise', () => {
  const source = aSource('crm.people').node;
  const meta = (own: JsonObject) => ({ ...source, meta: own, entry: { source_meta: { contains_pii: true } } });
  expect(readNodeLabel(meta({}))).toMatchObject({ pii: true, source: 'source_meta.contains_pii' });
  expect(readNodeLabel(meta({ contains_pii: false }))).toMatchObject({ pii: false });
});
