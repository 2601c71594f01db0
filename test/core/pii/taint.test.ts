import { describe, expect, it } from '@jest/globals';
import type { TaintOptions } from '#core/pii';
import { hopsOf, labelReader, taintsOf, traceTaint } from '#core/pii';
import type { NodeOfTest, NodeWords } from '../../support/a-change.ts';
import { aModel, aSide, aSource, from, id } from '../../support/a-change.ts';

const options: TaintOptions = {
  ...{ catalog: null, dictionary: true, sanitizers: [], seeds: new Map() },
  words: { person: new Set(), veto: new Set() },
  labelOf: labelReader([]),
};
const labelled = { meta: { pii: true } };
const crm = aSource('crm.people', {
  columns: {
    email: labelled,
    dob: labelled,
    zip: labelled,
    salary: labelled,
    person_id: {},
    diagnosis: labelled,
    stuff: {},
  },
});

function levelsOf(nodes: readonly NodeOfTest[], column: string, more: Partial<TaintOptions> = {}): readonly string[] {
  const { project, lineage } = aSide({ nodes });
  const at = { uniqueId: id('m'), column };
  return taintsOf(traceTaint(project, lineage, { ...options, ...more }), at).map(
    ({ category, level, known }) => `${category} ${level} ${known}`,
  );
}

function made(words: NodeWords): readonly NodeOfTest[] {
  return [crm, aModel('m', words)];
}

const email = 'source.shop.crm.people.email';

describe('one step', () => {
  it.each([
    ['a rename', from(email, 'rename'), '', ['contact.email raw label']],
    ['trim and lower', from(email, 'expression', 'trim', 'lower'), '', ['contact.email raw label']],
    ['max', from(email, 'aggregate', 'max'), '', ['contact.email raw label']],
    ['string_agg', from(email, 'aggregate', 'string_agg'), '', ['contact.email raw label']],
    ['a union branch', from(email, 'set-operation'), '', ['contact.email raw label']],
    ['an unknown function', from(email, 'expression', 'acme_scramble'), '', ['contact.email raw label']],
    ['left', from(email, 'expression', 'left'), 'left(people.email, 3)', ['contact.email partial label']],
    [
      'the domain',
      from(email, 'expression', 'split_part'),
      "split_part(people.email, '@', 2)",
      ['contact.email generalised label'],
    ],
    [
      'the local part',
      from(email, 'expression', 'split_part'),
      "split_part(people.email, '@', 1)",
      ['contact.email partial label'],
    ],
    ['md5', from(email, 'expression', 'md5'), '', ['contact.email pseudonym-weak label']],
    ['md5 of lower', from(email, 'expression', 'md5', 'lower'), '', ['contact.email pseudonym-weak label']],
    ['a keyed hash', from(email, 'expression', 'hmac_sha256'), '', ['contact.email pseudonym-strong label']],
    ['count', from(email, 'aggregate', 'count'), '', ['contact.email aggregated label']],
    ['length', from(email, 'expression', 'length'), '', []],
    ['a constant', from(email, 'constant'), '', []],
    ['is null', from(email, 'expression', 'is not null'), '', []],
    ['a comparison', from(email, 'expression', 'like'), '', []],
    ['the condition of a CASE', from(email, 'expression', 'case when', 'is null'), '', []],
    ['the value of a CASE', from(email, 'expression'), '', ['contact.email raw label']],
    ['coalesce', from(email, 'expression', 'coalesce'), "coalesce(people.email, 'none')", ['contact.email raw label']],
    ['the order of a window', from(email, 'window', 'row_number', 'partition by'), '', []],
    ['a path', from(email, 'expression'), '', ['contact.email raw label']],
  ])('%s', (_, source, logic, expected) => {
    expect(levelsOf(made({ lineage: { c: [source] }, logic: { c: logic } }), 'c')).toEqual(expected);
  });

  it.each([
    ['dob', 'extract', 'extract(year from people.dob)', 'person.dob generalised label'],
    ['dob', 'date_trunc', "date_trunc('year', people.dob)", 'person.dob generalised label'],
    ['dob', 'date_trunc', "date_trunc('month', people.dob)", 'person.dob raw label'],
    ['zip', 'left', 'left(people.zip, 3)', 'loc.postal generalised label'],
    ['zip', 'left', 'left(people.zip, 5)', 'loc.postal partial label'],
    ['diagnosis', 'length', 'length(people.diagnosis)', 'health raw label'],
  ])('%s through %s', (column, name, logic, expected) => {
    const source = from(`source.shop.crm.people.${column}`, 'expression', name);
    expect(levelsOf(made({ lineage: { c: [source] }, logic: { c: logic } }), 'c')).toEqual([expected]);
  });

  it('a flag over a special category keeps it: the flag is the datum', () => {
    const source = from('source.shop.crm.people.diagnosis', 'expression', 'is not null');
    expect(levelsOf(made({ lineage: { c: [source] } }), 'c')).toEqual(['health raw label']);
  });

  it('a sum for each person is that person’s figure; over all it is an aggregate', () => {
    const lineage = { pay: [from('source.shop.crm.people.salary', 'aggregate', 'sum')] };
    const uses = (column: string) => [{ uniqueId: id('source.shop.crm.people'), column, clause: 'group' as const }];
    expect(levelsOf(made({ lineage, rowset: uses('person_id') }), 'pay')).toEqual(['hr.fin raw label']);
    expect(levelsOf(made({ lineage, rowset: uses('region') }), 'pay')).toEqual(['hr.fin aggregated label']);
  });

  it('of two ways the one that leaves more counts', () => {
    const lineage = {
      c: [
        from(email, 'expression', 'case when', 'is null'),
        from(email, 'expression', 'md5'),
        from(email, 'expression'),
      ],
    };
    expect(levelsOf(made({ lineage }), 'c')).toEqual(['contact.email raw label']);
    expect(levelsOf(made({ lineage: { c: lineage.c.slice(0, 2) } }), 'c')).toEqual([
      'contact.email pseudonym-weak label',
    ]);
  });

  it('a declared function protects what it is declared for', () => {
    const lineage = { c: [from(email, 'expression', 'scramble')] };
    const scramble = { function: 'acme.scramble', yields: 'clear' as const, categories: ['contact.*'] };
    expect(levelsOf(made({ lineage }), 'c', { sanitizers: [scramble] })).toEqual([]);
    expect(levelsOf(made({ lineage }), 'c', { sanitizers: [{ ...scramble, categories: ['health'] }] })).toEqual([
      'contact.email raw label',
    ]);
  });

  it('a concatenation holds all that goes into it', () => {
    const lineage = {
      c: [from(email, 'expression', 'concat'), from('source.shop.crm.people.dob', 'expression', 'concat')],
    };
    expect(levelsOf(made({ lineage }), 'c')).toEqual(['contact.email raw label', 'person.dob raw label']);
  });
});

describe('labels and names', () => {
  it('pii: false with a reason ends a path; without one it only overrules a name', () => {
    const lineage = { mail: [from(email, 'rename')], phone: [from('source.shop.crm.people.stuff')] };
    const said = { pii: false, pii_reason: 'shared mailbox' };
    expect(levelsOf(made({ lineage, columns: { mail: { meta: said } } }), 'mail')).toEqual([]);
    expect(levelsOf(made({ lineage, columns: { mail: { meta: { pii: false } } } }), 'mail')).toEqual([
      'contact.email raw label',
    ]);
    expect(levelsOf(made({ lineage, columns: { phone: { meta: { pii: false } } } }), 'phone')).toEqual([]);
  });

  it('a name begins a path where nothing flows in, and not where a constant stands', () => {
    const lineage = { phone: [from('source.shop.crm.people.stuff', 'expression')], fax: [] };
    expect(levelsOf(made({ lineage, logic: { fax: 'null' } }), 'phone')).toEqual(['contact.phone raw dictionary']);
    expect(levelsOf(made({ lineage, logic: { fax: 'null' } }), 'fax')).toEqual([]);
    expect(levelsOf(made({ lineage }), 'phone', { dictionary: false })).toEqual([]);
  });

  it('a hash keeps its level under a plain name', () => {
    const lineage = { email: [from(email, 'expression', 'sha256')] };
    expect(levelsOf(made({ lineage }), 'email')).toEqual(['contact.email pseudonym-weak label']);
  });

  it('a label on the way turns a guess into knowledge', () => {
    const guessed = aSource('app.users', { columns: { phone: {} } });
    const m = aModel('m', {
      lineage: { tel: [from('source.shop.app.users.phone', 'rename')] },
      columns: { tel: labelled },
    });
    expect(levelsOf([guessed, m], 'tel')).toEqual(['contact.phone raw label']);
  });

  it('a source column that nobody lists is judged all the same', () => {
    expect(levelsOf(made({ lineage: { c: [from('source.shop.crm.unlisted.ssn')] } }), 'c')).toEqual([
      'gov.national_id raw dictionary',
    ]);
  });

  it('a model’s label makes plain names of its columns count as labelled by the model', () => {
    const node = made({ lineage: { city: [], amount: [] }, meta: { contains_pii: true } });
    expect(levelsOf(node, 'city')).toEqual(['loc.coarse raw model-label']);
    expect(levelsOf(node, 'amount')).toEqual([]);
  });
});

describe('paths', () => {
  it('hold every hop, and the shorter of two', () => {
    const { project, lineage } = aSide({
      nodes: [
        crm,
        aModel('a', { lineage: { mail: [from(email, 'rename')] } }),
        aModel('b', { lineage: { mail: [from('a.mail')] } }),
        aModel('m', { lineage: { contact: [from('b.mail', 'rename'), from('a.mail', 'expression', 'upper')] } }),
      ],
    });
    const [taint, ...others] = taintsOf(traceTaint(project, lineage, options), {
      uniqueId: id('m'),
      column: 'CONTACT',
    });
    expect(others).toEqual([]);
    expect(taint?.origin).toEqual({ uniqueId: 'source.shop.crm.people', column: 'email' });
    expect(hopsOf(taint?.trail ?? null).map(({ uniqueId, column }) => `${uniqueId}.${column}`)).toEqual([
      'model.shop.a.mail',
      'model.shop.m.contact',
    ]);
  });

  it('end in circles and go through long chains', () => {
    const chain = Array.from({ length: 5_000 }, (_, i) =>
      aModel(`c${i}`, { lineage: { mail: [from(i === 0 ? email : `c${i - 1}.mail`)] } }),
    );
    const circle = [aModel('x', { lineage: { c: [from('y.c')] } }), aModel('y', { lineage: { c: [from('x.c')] } })];
    const { project, lineage } = aSide({ nodes: [crm, ...chain, ...circle] });
    const taints = traceTaint(project, lineage, options);
    expect(taintsOf(taints, { uniqueId: id('c4999'), column: 'mail' })).toHaveLength(1);
    expect(taintsOf(taints, { uniqueId: id('x'), column: 'c' })).toEqual([]);
  });
});
