import { toLine } from '#core/base';
import type { Change } from '#core/change';
import type { DbtNode } from '#core/dbt';
import type { Declared, Expectation } from './expectations.ts';
import { readExpectation, readExpectations } from './expectations.ts';
import { ownWords } from './options.ts';

/**
 * What the author declares: in the description, in `.github/weirkeeper-expect.yml` of head, and in YAML by
 * `meta: {weirkeeper: {expect: 'rows -15%..-10% because voided orders leave'}}` of a model. Of files only what this change writes
 * counts: what base has already was said of an earlier change, and would excuse every later one. Where several speak of a model, the
 * description comes first, then the file.
 */
export function declaredIn(change: Change): Declared {
  const described = readExpectations(change.pullRequest?.body ?? '');
  const written = [
    ...(change.expectations ?? []).map(({ where, text, problem }) =>
      problem === null
        ? (readExpectation(text, where) ?? { where, text: toLine(text, 80) })
        : { where, text: '', problem },
    ),
    ...[...change.head.project.nodes.values()].map((node) => ownExpectation(change, node)),
  ];
  return {
    expectations: [...described.expectations, ...written.flatMap((one) => (one !== null && 'model' in one ? one : []))],
    unread: [...described.unread, ...written.flatMap((one) => (one !== null && 'text' in one ? one : []))],
  };
}

function ownExpectation(change: Change, node: DbtNode): Expectation | Declared['unread'][number] | null {
  const said = ownWords(node)['expect'];
  const before = ownWords(change.base.project.nodes.get(node.uniqueId))['expect'];
  if (said === undefined || JSON.stringify(said) === JSON.stringify(before)) return null;
  const where = `meta.weirkeeper.expect of ${node.patchPath ?? node.originalFilePath}`;
  const text = typeof said === 'string' ? toLine(said, 400) : '';
  return readExpectation(`${node.name} ${text}`, where) ?? { where, text: text.slice(0, 80) };
}
