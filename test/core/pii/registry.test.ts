import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RegistryRule } from '#core/pii';
import { labelReader } from '#core/pii';
import { aModel, aSource } from '../../support/a-change.ts';

const people = aSource('crm.people', { columns: { email: { meta: { pii: false } }, plan: {} } }).node;

function rule(column: string, more: Partial<RegistryRule> = {}): RegistryRule {
  return { column, pii: true, category: null, reason: null, ...more };
}

describe('the policy’s register', () => {
  it.each<[string, string, boolean]>([
    ['table.column', 'people.email', true],
    ['source.table.column', 'crm.people.email', true],
    ['another source', 'erp.people.email', false],
    ['any case', 'CRM.People.EMAIL', true],
    ['a star in the column', 'people.e*l', true],
    ['a star in the table', 'p*.email', true],
    ['stars in both', '*.*', true],
    ['a star that must not fall short', 'people.em*mail', false],
    ['another column', 'people.mail', false],
  ])('knows a column by %s: %s', (_, column, isKnown) => {
    expect(labelReader([rule(column)])(people, 'email')?.source === 'policy').toBe(isKnown);
  });

  it('comes before YAML, and its first rule that fits before later ones, wherever their stars stand', () => {
    const first = rule('*.*', { category: 'health' });
    const later = [rule('people.*', { category: 'demo' }), rule('people.email', { category: 'contact.email' })];
    expect(labelReader([first, ...later])(people, 'email')?.types).toEqual(['health']);
    expect(labelReader([...later, first])(people, 'email')?.types).toEqual(['demo']);
    expect(labelReader(later.toReversed())(people, 'email')?.types).toEqual(['contact.email']);
    expect(labelReader([])(people, 'email')).toMatchObject({ pii: false, source: 'meta.pii' });
  });

  it('finds the rule that a search through all of them would find', () => {
    const part = fc.constantFrom('a', 'b', 'ab', '*', 'a*', '*b', 'a*b');
    const rules = fc.array(fc.tuple(part, part), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(
        rules,
        fc.constantFrom('a', 'b', 'ab', 'aab'),
        fc.constantFrom('a', 'b', 'ab'),
        (all, table, column) => {
          const register = all.map(([t, c], at) => rule(`${t}.${c}`, { reason: String(at) }));
          const fits = (pattern: string, text: string) => new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(text);
          const expected = all.findIndex(([t, c]) => fits(t, table) && fits(c, column));
          const found = labelReader(register)(aModel(table).node, column);
          expect(found === null ? -1 : Number(found.reason)).toBe(expected);
        },
      ),
    );
  });

  it('reads a pattern of many stars without trying every way to fit it', () => {
    const hostile = rule(`people.${'a*'.repeat(140)}b`);
    expect(labelReader([hostile])(people, 'a'.repeat(5_000))).toBeNull();
  });
});
