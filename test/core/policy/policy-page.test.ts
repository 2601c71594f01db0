import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { gates } from '#core/gates';
import { gatePolicy, parsePolicy } from '#core/policy';

describe('the page of the policy', () => {
  it('shows a file that is right, for the gates that exist', () => {
    const page = readFileSync(new URL('../../../docs/policy.md', import.meta.url), 'utf8');
    const example = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '- no example';
    const parsed = parsePolicy(example, 'docs/policy.md', gates);
    expect(parsed.ok ? '' : parsed.reason.text).toBe('');
    expect(parsed.ok && gatePolicy(parsed.value, 'row-count').options).toEqual({ threshold_percent: 10 });
    expect(parsed.ok && parsed.value.layers.map(({ name }) => name)).toEqual(['marts', 'finance']);
  });
});
