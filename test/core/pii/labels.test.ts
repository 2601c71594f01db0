import { describe, expect, it } from '@jest/globals';
import { readColumnLabel, readNodeLabel } from '#core/pii';
import type { ColumnWords } from '../../support/a-change.ts';
import { aModel } from '../../support/a-change.ts';

function labelOf(words: ColumnWords): ReturnType<typeof readColumnLabel> {
  const column = aModel('m', { columns: { c: words } }).node.columns.get('c');
  return column === undefined ? null : readColumnLabel(column);
}

describe('a column’s label', () => {
  it.each<[string, ColumnWords, object | null]>([
    ['config.meta.pii', { configMeta: { pii: true } }, { pii: true, source: 'config.meta.pii' }],
    ['meta.pii', { meta: { pii: true } }, { pii: true, source: 'meta.pii' }],
    ['meta.contains_pii as text', { meta: { contains_pii: 'yes' } }, { pii: true }],
    ['meta.is_pii', { meta: { is_pii: 1 } }, { pii: true }],
    ['a kind as value', { meta: { pii: 'email' } }, { pii: true, types: ['contact.email'] }],
    [
      'pii_type',
      { meta: { pii_type: ['gov.national_id', 'phone'] } },
      { pii: true, types: ['gov.national_id', 'contact.phone'] },
    ],
    ['an object', { meta: { pii: { classification: 'DIRECT_IDENTIFIER' } } }, { pii: true }],
    ['classification', { meta: { classification: 'Restricted' } }, { pii: true, sensitivity: 4 }],
    ['data_classification internal', { meta: { data_classification: 'internal' } }, null],
    ['sensitivity low', { meta: { sensitivity: 'low' } }, null],
    ['phi', { meta: { phi: true } }, { types: ['health'] }],
    ['pci', { meta: { pci: true } }, { types: ['fin.pan'] }],
    ['masking_policy', { meta: { masking_policy: 'mask_email' } }, { pii: true, source: 'meta.masking_policy' }],
    ['policy_tags', { entry: { policy_tags: ['projects/x/taxonomies/1'] } }, { pii: true, source: 'policy_tags' }],
    ['tag pii', { tags: ['pii'] }, { pii: true, source: 'tag pii' }],
    ['tag pii_email', { tags: ['nightly', 'pii_email'] }, { types: ['contact.email'] }],
    ['another tag', { tags: ['nightly', 'spii'] }, null],
    [
      'false with a reason',
      { meta: { pii: false, pii_reason: 'shared mailbox' } },
      { pii: false, reason: 'shared mailbox' },
    ],
    ['false as text', { meta: { pii: 'false' } }, { pii: false, reason: null }],
    ['nothing', { meta: { owner: 'finance' } }, null],
    ['config before meta', { configMeta: { pii: false }, meta: { pii: true } }, { pii: false }],
    ['meta before tags', { meta: { pii: false }, tags: ['pii'] }, { pii: false }],
  ])('%s', (_, words, expected) => {
    const label = labelOf(words);
    if (expected === null) expect(label).toBeNull();
    else expect(label).toMatchObject(expected);
  });

  it('of a model is read from its meta, config and tags', () => {
    expect(readNodeLabel(aModel('m', { meta: { contains_pii: true } }).node)).toMatchObject({ pii: true });
    expect(readNodeLabel(aModel('m', { config: { meta: { contains_pii: true } } }).node)).toMatchObject({ pii: true });
    expect(readNodeLabel(aModel('m', { tags: ['contains_pii'] }).node)).toMatchObject({ pii: true });
    expect(readNodeLabel(aModel('m').node)).toBeNull();
  });
});
