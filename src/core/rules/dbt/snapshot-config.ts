import { defineRule } from '../rule.ts';
import { tell } from '../tell.ts';
import type { ConfigChange } from './config-changes.ts';
import { configChanges, modifiedPairs, valueText } from './config-changes.ts';

const keys = [
  'strategy',
  'unique_key',
  'updated_at',
  'check_cols',
  'hard_deletes',
  'invalidate_hard_deletes',
  'dbt_valid_to_current',
  'snapshot_meta_column_names',
] as const;

/** A snapshot that tells versions of a row apart by something else than before. */
export const snapshotConfig = defineRule({
  id: 'snapshot-config',
  title: 'A snapshot keeps history otherwise',
  severity: 'S2',
  page: {
    what: 'The config of a snapshot: `strategy`, `unique_key`, `updated_at`, `check_cols`, `hard_deletes` (and `invalidate_hard_deletes`), `dbt_valid_to_current`, the names of its own columns, and where its table stands. Silent where only the order of `check_cols` or a way of writing differs, and where `check_cols` gains columns.',
    why: 'A snapshot is the only copy of what was true before. With another key or another sign of change the next run closes no old version, or closes all of them; in another table it starts from nothing. It cannot be built again.',
    fires: {
      kind: 'dbt',
      title: '',
      language: 'yaml',
      before:
        'snapshots:\n  - name: members\n    config: { strategy: timestamp, updated_at: updated_at, unique_key: member_id }',
      after:
        'snapshots:\n  - name: members\n    config: { strategy: timestamp, updated_at: loaded_at, unique_key: member_id }',
    },
    silent: [
      {
        kind: 'dbt',
        title: 'One more column is watched.',
        language: 'yaml',
        before:
          'snapshots:\n  - name: members\n    config: { strategy: check, check_cols: [plan], unique_key: member_id }',
        after:
          'snapshots:\n  - name: members\n    config: { strategy: check, check_cols: [plan, studio], unique_key: member_id }',
      },
    ],
    safeIf:
      'Show on a copy of the table that the next run closes the versions that it should, and no others; or keep the old snapshot and begin a new one beside it.',
    waive: '',
  },
  messages: {
    changed: 'the snapshot `{snapshot}` keeps history otherwise: {changes}',
    moved: 'the snapshot `{snapshot}` is kept in another table: {before} → {after}',
  },
  find: ({ change }) =>
    modifiedPairs(change).flatMap((pair) => {
      const { old, node, modified } = pair;
      if (node.resourceType !== 'snapshot') return [];
      const changes = configChanges(pair, keys).filter(matters);
      // Database and schema follow the target; only what the project itself says counts.
      const place = modified.causes.find(({ kind, foreign }) => kind === 'relation' && foreign === undefined);
      return [
        ...(changes.length === 0
          ? []
          : [
              tell({
                messageId: 'changed',
                uniqueId: node.uniqueId,
                data: {
                  snapshot: node.name,
                  changes: changes
                    .map(({ key, before, after }) => `${key}: ${valueText(before)} → ${valueText(after)}`)
                    .join('; '),
                },
                place: {
                  kind: 'text',
                  uniqueId: node.uniqueId,
                  in: 'code',
                  text: new RegExp(changes.map(({ key }) => key).join('|')),
                },
                matters:
                  'open versions are in the table by the old config: the next run may leave them open, close them all, or add each row again',
                safeIf: 'run it on a copy of the table and compare the open versions',
                key: changes.map(({ key }) => key).join(','),
              }),
            ]),
        ...(place === undefined
          ? []
          : [
              tell({
                messageId: 'moved',
                uniqueId: node.uniqueId,
                data: {
                  snapshot: node.name,
                  before: place.before ?? old.relationName ?? '',
                  after: place.after ?? node.relationName ?? '',
                },
                matters: 'the history stays where it was; the new table begins at the next run',
                safeIf: 'copy the old table to the new place before the first run',
              }),
            ]),
      ];
    }),
});

function matters({ key, before, after }: ConfigChange): boolean {
  if (key !== 'check_cols') return true;
  const [was, is] = [before, after].map(
    (value) => new Set(Array.isArray(value) ? value : value === null ? [] : [value]),
  );
  return is?.has('all') !== true && [...(was ?? [])].some((column) => is?.has(column) !== true);
}
