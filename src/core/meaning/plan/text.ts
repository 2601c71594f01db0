import { compareText, sha256 } from '#core/base';
import type { Block, Condition, Input, Output, Plan, Term } from './plan.ts';

const known = new WeakMap<Plan, Map<string, string>>();

/**
 * The text of a plan: two plans of the same text give the same rows on all data. `named`: columns match by name and their order
 * does not count; `placed`: they match by position; `exists`: they do not count.
 */
export function planText(plan: Plan, columns: 'named' | 'placed' | 'exists' = 'placed'): string {
  const texts = known.get(plan) ?? new Map<string, string>();
  known.set(plan, texts);
  const before = texts.get(columns);
  if (before !== undefined) return before;
  const text = write(plan, columns);
  const short = text.length <= 200 ? text : `#${sha256(text).slice(0, 40)}`;
  texts.set(columns, short);
  return short;
}

function write(plan: Plan, columns: 'named' | 'placed' | 'exists'): string {
  switch (plan.kind) {
    case 'opaque':
      return `opaque ${plan.text}`;
    case 'values':
      return `values ${plan.rows.map((row) => `(${texts(row)})`).join(' ')} as ${plan.names.join(', ')}`;
    case 'set': {
      const { operator, all, byName, members, orderBy, limit, modifiers } = plan;
      const inner = byName ? 'named' : 'placed';
      const written = members.map((member) => planText(member, inner));
      const free = operator !== 'except';
      const [first] = members;
      const names = columns === 'named' && first !== undefined && !byName ? ` as ${namesOf(first)}` : '';
      const rest = limit === null ? '' : ` order ${texts(orderBy)} limit ${limit}`;
      return `${operator} ${all} ${byName} ${modifiers} ${(free ? written.sort(compareText) : written).join(' | ')}${names}${rest}`;
    }
    case 'block':
      return blockText(plan, columns);
  }
}

function namesOf(plan: Plan): string {
  switch (plan.kind) {
    case 'block':
      return [
        ...plan.outputs.map(({ key }) => key),
        ...plan.stars.map(({ input, except }) => `${input}.* but ${except.join(' ')}`),
      ].join(', ');
    case 'set':
      return plan.members[0] === undefined ? '' : namesOf(plan.members[0]);
    case 'values':
      return plan.names.join(', ');
    case 'opaque':
      return '?';
  }
}

function blockText(block: Block, columns: 'named' | 'placed' | 'exists'): string {
  const inputs = block.inputs.map((input) => inputText(input, block.ordered));
  const stars = block.stars.map(
    ({ input, except, at }) =>
      `${columns === 'placed' ? at : ''} ${input}.* but ${[...except].sort(compareText).join(' ')}`,
  );
  const parts = [
    `from ${(block.ordered ? inputs : inputs.sort(compareText)).join('; ')}${block.ordered ? ' in order' : ''}`,
    `where ${conditions(block.where)}`,
    block.groupBy === null ? '' : `group by ${texts(block.groupBy)}`,
    `having ${conditions(block.having)}`,
    `qualify ${conditions(block.qualify)}`,
    columns === 'exists' ? '' : outputs(block.outputs, stars, columns),
    block.distinct && columns !== 'exists' ? 'distinct' : '',
    block.distinctOn.length > 0 ? `on ${texts(block.distinctOn)}` : '',
    block.limit !== null || block.distinctOn.length > 0 ? `order ${texts(block.orderBy)} limit ${block.limit}` : '',
    block.modifiers,
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function outputs(all: readonly Output[], stars: readonly string[], columns: 'named' | 'placed'): string {
  if (columns === 'placed') return `select ${all.map(({ term }) => term.text).join(', ')} ${stars.join(', ')}`;
  const named = all.map(({ key, term }) => `${JSON.stringify(key)} ${term.text}`);
  return `select ${named.sort(compareText).join(', ')} ${[...stars].sort(compareText).join(', ')}`;
}

function inputText({ alias, source, join, on }: Input, ordered: boolean): string {
  const attached = `${join === 'inner' && !ordered ? '' : `${join} `}${alias}=${sourceText(source)}`;
  return on.length === 0 ? attached : `${attached} on ${conditions(on)}`;
}

/** What an input reads, whatever it is called. */
export function sourceText(source: Input['source']): string {
  switch (source.kind) {
    case 'relation':
      return `relation ${source.name}${source.modifiers === '' ? '' : ` [${source.modifiers}]`}`;
    case 'plan':
      return `{${planText(source.plan, 'named')}}`;
    case 'function':
      return `function ${source.name}(${texts(source.terms)})${source.plan === null ? '' : ` of {${planText(source.plan, 'named')}}`} ${source.text}`;
  }
}

function conditions(all: readonly Condition[]): string {
  return all.map(({ term }) => term.text).join(' and ');
}

function texts(terms: readonly Term[]): string {
  return terms.map(({ text }) => text).join(', ');
}
