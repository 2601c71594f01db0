import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { gates } from '#core/gates';

/** Files of core/gates that hold no gate. */
const NOT_GATES = new Set(['index.ts', 'gate.ts', 'plan.ts']);

const ids = gates.map(({ id }) => id);

describe('every gate', () => {
  it.each(ids)('%s has its file, its test and its page', (id) => {
    expect(existsSync(`src/core/gates/${id}.ts`)).toBe(true);
    expect(existsSync(`test/core/gates/${id}.test.ts`)).toBe(true);
    expect(existsSync(`docs/gates/${id}.md`)).toBe(true);
  });

  it('that has a file has its line in the list', () => {
    const files = readdirSync('src/core/gates').filter((name) => name.endsWith('.ts') && !NOT_GATES.has(name));
    const defining = files.filter(
      (name) => readFileSync(`src/core/gates/${name}`, 'utf8').match(/\bdefineGate[<(]/) !== null,
    );
    expect(defining.map((name) => name.replace('.ts', '')).sort()).toEqual([...ids].sort());
  });

  it.each(gates.map((gate) => [gate.id, gate] as const))(
    '%s says what, why, how to fix and how to waive',
    (_id, gate) => {
      for (const text of Object.values(gate.page)) expect(text.length).toBeGreaterThan(20);
      expect(Object.keys(gate.messages).length).toBeGreaterThan(0);
      expect(gate.id).toMatch(/^[a-z]+(-[a-z]+)*$/);
    },
  );

  it('has an id of its own', () => {
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('what is generated', () => {
  it('is up to date', () => {
    const output = execFileSync('npm', ['run', '--silent', 'generate:check'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect(output).toBe('');
  });
});
