import { z } from 'zod';
import type { UniqueId } from '#core/base';
import { isNonEmpty, reason, sortedBy, toFingerprint } from '#core/base';
import type { Change } from '#core/change';
import type { Bearer } from './destructive/bearers.ts';
import type { NewCall, NewStatement } from './destructive/compare.ts';
import { findNewDestruction } from './destructive/compare.ts';
import type { Statement } from './destructive/statements.ts';
import type { FileRange, Finding, GateResult } from './gate.ts';
import { defineGate } from './gate.ts';
import { placeInPatch } from './place-in-patch.ts';

const options = z.strictObject({
  /** Whether statements that come with another version of a package are told. */
  packages: z.boolean().default(true),
});

type MessageId =
  | 'destructive-statement'
  | 'temporary-statement'
  | 'package-statement'
  | 'destructive-call'
  | 'full-refresh-on';

/** Statements that take data away and that base did not run. A person must confirm them. */
export const destructive = defineGate({
  id: 'destructive',
  title: 'Destructive statements',
  page: {
    what: 'Reports DROP, TRUNCATE, DELETE, UPDATE, MERGE and ALTER … DROP that head has and base has not: in pre- and post-hooks, on-run-start and on-run-end, macros (strings that Jinja runs and calls of `adapter.drop_relation` included) and models; calls of macros that hold one; and `full_refresh: true` newly set. Comments, strings, identifiers and statements that only moved are no findings.',
    why: 'These run outside the model’s own SELECT: no test sees what they take, and no later build brings it back.',
    howToFix:
      'Take the statement out, strike only a temporary relation that the same macro creates, or narrow it with WHERE.',
    howToWaive:
      'A person who is not the author looks at the statement and uses GitHub’s bypass of the required check; GitHub records who did. To be told and not stopped by all of them, set the gate to `advisory` in the policy.',
  },
  messages: {
    'destructive-statement': { text: 'new {verb} of `{target}` in {where}{more}', cost: 'block' },
    'temporary-statement': { text: 'new {verb} of the temporary relation `{target}` in {where}{more}', cost: 'warn' },
    'package-statement': { text: 'package {package} now has {verb} of `{target}` in {where}{more}', cost: 'warn' },
    'destructive-call': { text: '{where} now calls {macro}, which runs {verb} of `{target}`{more}', cost: 'block' },
    'full-refresh-on': {
      text: '{model} is now rebuilt on every run (`full_refresh: true`): rows that its sources no longer hold are lost',
      cost: 'block',
    },
  },
  options,
  appliesTo({ change }) {
    const { nodes, macros } = change.head.project;
    return nodes.size + macros.size > 0 ? 'yes' : reason('empty-project', 'the project is empty');
  },
  judge({ change, options: { packages } }) {
    const { statements, calls } = findNewDestruction(change);
    const kept = statements.filter(({ fromPackage }) => packages || !fromPackage);
    const findings = [
      ...groupsOf(kept, statementKey).map((group) => fromStatements(change, group)),
      ...groupsOf(calls, callKey).map((group) => fromCalls(change, group)),
      ...fullRefreshes(change),
    ];
    return toResult(findings);
  },
});

function toResult(findings: readonly Finding<MessageId>[]): GateResult<MessageId> {
  if (!isNonEmpty(findings)) {
    return { outcome: 'passed', basis: 'proven', summary: 'no new statement that takes data away' };
  }
  const verbs = [
    ...new Set(
      findings.map(({ data, messageId }) => (messageId === 'full-refresh-on' ? 'full refresh' : String(data['verb']))),
    ),
  ];
  const count = findings.length === 1 ? '1 finding' : `${findings.length} findings`;
  return { outcome: 'failed', summary: `${count}: ${verbs.join(', ')}`, findings, unknown: [] };
}

type Group<Item> = readonly [Item, ...Item[]];

/** The same statement in many hooks is one finding. */
function groupsOf<Item>(items: readonly Item[], key: (item: Item) => string): readonly Group<Item>[] {
  const groups = new Map<string, [Item, ...Item[]]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

function statementKey({ bearer, statement, temporary, fromPackage }: NewStatement): string {
  const where = bearer.kind === 'hook' ? 'hook' : bearer.uniqueId;
  return [where, statement.text, String(temporary), fromPackage ? bearer.packageName : ''].join('\n');
}

function callKey({ bearer, macro }: NewCall): string {
  return `${bearer.kind === 'hook' ? 'hook' : bearer.uniqueId}\n${macro}`;
}

function fromStatements(change: Change, group: Group<NewStatement>): Finding<MessageId> {
  const [{ bearer, statement, temporary, fromPackage }] = group;
  const messageId = fromPackage ? 'package-statement' : temporary ? 'temporary-statement' : 'destructive-statement';
  const data = { ...dataOf(bearer, statement, group.length), package: bearer.packageName };
  const owners = group.map((one) => one.bearer.uniqueId);
  return toFinding(change, { messageId, data, bearer, owners, statement, needle: statementPattern(statement) });
}

function fromCalls(change: Change, group: Group<NewCall>): Finding<MessageId> {
  const [{ bearer, macro, statement }] = group;
  const data = { ...dataOf(bearer, statement, group.length), macro };
  const owners = group.map((one) => one.bearer.uniqueId);
  const needle = new RegExp(`\\b${macro.replace(/\W/g, '\\$&')}\\s*\\(`, 'i');
  return toFinding(change, { messageId: 'destructive-call', data, bearer, owners, statement, needle });
}

function dataOf({ name }: Bearer, { verb, target }: Statement, count: number): Finding['data'] {
  return {
    verb,
    target: target === '' ? 'a relation named elsewhere' : target,
    where: name,
    more: count > 1 ? ` and ${count - 1} more` : '',
  };
}

interface Told {
  readonly messageId: MessageId;
  readonly data: Finding['data'];
  readonly bearer: Bearer;
  readonly owners: readonly UniqueId[];
  readonly statement: Statement;
  readonly needle: RegExp;
}

function toFinding(change: Change, { messageId, data, bearer, owners, statement, needle }: Told): Finding<MessageId> {
  const strikesAll = statement.everyRow ? 'it has no WHERE: every row is struck' : '';
  return {
    messageId,
    data,
    subject: bearer.uniqueId,
    place: placeOf(change, bearer, needle),
    basis: 'proven',
    fingerprint: toFingerprint('destructive', messageId, bearer.key, statement.verb, digestOf(statement.text)),
    matters: strikesAll,
    downstream: owners.slice(1, 50),
    safeIf: 'have a person who is not the author confirm it, or take it out',
  };
}

function placeOf({ pullRequest }: Change, { files }: Bearer, needle: RegExp): FileRange | null {
  return placeInPatch(pullRequest, files, needle);
}

/** The verb and the word after it, as they may stand in a line of a file. */
function statementPattern({ verb, text }: Statement): RegExp {
  const call = /^([\w.]+)\(/.exec(text)?.[1];
  if (call !== undefined) return new RegExp(call.replace(/\./g, '\\.'), 'i');
  const first = verb === 'ALTER … DROP' ? 'alter' : verb.toLowerCase();
  return new RegExp(`\\b${first}\\b`, 'i');
}

/** A short sum of a text (FNV-1a, 32 bits): tells statements apart in a fingerprint without quoting them. */
function digestOf(text: string): string {
  let sum = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193);
  return (sum >>> 0).toString(16).padStart(8, '0');
}

/** Models and seeds that keep rows between runs and from now on are rebuilt each time. A new one has nothing to lose. */
function fullRefreshes(change: Change): readonly Finding<MessageId>[] {
  const { base, head, pullRequest } = change;
  return sortedBy(head.project.nodes.values(), ({ uniqueId }) => uniqueId).flatMap((node): Finding<MessageId>[] => {
    const before = base.project.nodes.get(node.uniqueId);
    const keepsRows = !['table', 'view', 'ephemeral', 'test', ''].includes(node.materialized);
    if (before === undefined || !keepsRows) return [];
    if (node.config['full_refresh'] !== true || before.config['full_refresh'] === true) return [];
    const files = [node.originalFilePath, ...(node.patchPath === null ? [] : [node.patchPath]), 'dbt_project.yml'];
    return [
      {
        messageId: 'full-refresh-on',
        data: { model: node.name },
        subject: node.uniqueId,
        place: placeInPatch(pullRequest, files, /full_refresh/),
        basis: 'proven',
        fingerprint: toFingerprint('destructive', 'full-refresh-on', node.uniqueId),
        matters: 'sources that delete or archive old rows',
        downstream: head.children.get(node.uniqueId) ?? [],
        safeIf: 'show that every row can be built again from its sources, and have a person confirm it',
      },
    ];
  });
}
