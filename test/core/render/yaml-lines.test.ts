import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import { yamlBlock, yamlLines } from '../../../src/core/render/yaml-lines.ts';

describe('YAML to paste', () => {
  it('keeps its indentation and can be read again', () => {
    const yaml = 'models:\n  - name: stg\n    columns:\n      - name: "a b"\n        meta:\n          pii: true';
    const [fence, ...rest] = yamlBlock(yaml).split('\n');
    expect([fence, rest.at(-1)]).toEqual(['```yaml', '```']);
    expect(parse(rest.slice(0, -1).join('\n'))).toEqual(parse(yaml));
  });

  it('is nothing where there is none', () => {
    expect([yamlBlock(undefined), yamlBlock('')]).toEqual(['', '']);
  });

  it('cannot be ended by what stands in it, and has an end', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.nat(200), (name, count) => {
        const lines = yamlLines(`models:\n${`  - name: ${name}\n`.repeat(count)}\`\`\``);
        expect(lines.length).toBeLessThanOrEqual(61);
        expect(lines.every((line) => !/[\`\r\n\u2028\u202e]/.test(line))).toBe(true);
      }),
    );
  });
});
