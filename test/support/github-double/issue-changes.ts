import { validationFailed } from './errors.ts';
import { utc } from './git.ts';
import { characters, limits } from './limits.ts';
import { type IssueEvent, type Label, nextId, type PullRequest, type Repository, type User } from './state.ts';
import type { World } from './world.ts';

/** Changes of labels that people and the App make alike, with the event GitHub writes down. */

export interface LabelChange {
  readonly name: string;
  readonly actor: User;
  readonly viaApp: boolean;
}

export function findLabel(repository: Repository, name: string): Label | null {
  return repository.labels.find((label) => label.name.toLowerCase() === name.toLowerCase()) ?? null;
}

export function makeLabel(world: World, repository: Repository, wanted: Omit<Label, 'id'>): Label {
  const tooLong = (field: string, limit: number): Error =>
    validationFailed([
      {
        resource: 'Label',
        code: 'custom',
        field,
        message: `${field} is too long (maximum is ${String(limit)} characters)`,
      },
    ]);
  if (wanted.name.trim() === '') {
    throw validationFailed([{ resource: 'Label', code: 'missing_field', field: 'name' }]);
  }
  if (characters(wanted.name) > limits.labelName.value) {
    throw tooLong('name', limits.labelName.value);
  }
  if (characters(wanted.description ?? '') > limits.labelDescription.value) {
    throw tooLong('description', limits.labelDescription.value);
  }
  if (!/^[0-9a-fA-F]{6}$/.test(wanted.color)) {
    throw validationFailed([{ resource: 'Label', code: 'invalid', field: 'color' }]);
  }
  const label = { id: nextId(world.state, 'label', 10_001), ...wanted };
  repository.labels.push(label);
  return label;
}

/** Puts a label on, making it in the repository when it is new there; null when it was on already. */
export function applyLabel(world: World, repository: Repository, pull: PullRequest, change: LabelChange): Label | null {
  if (pull.labels.some((label) => label.name.toLowerCase() === change.name.toLowerCase())) {
    return null;
  }
  if (pull.labels.length >= limits.labelsPerIssue.value) {
    throw validationFailed([{ resource: 'Issue', code: 'custom', field: 'labels', message: 'too many labels' }]);
  }
  const label =
    findLabel(repository, change.name) ??
    makeLabel(world, repository, { name: change.name, color: 'ededed', description: null });
  pull.labels.push(label);
  addEvent(world, pull, { event: 'labeled', actor: change.actor, viaApp: change.viaApp, label });
  return label;
}

/** Takes a label off; null when it was not on. */
export function dropLabel(world: World, pull: PullRequest, change: LabelChange): Label | null {
  const label = pull.labels.find((candidate) => candidate.name.toLowerCase() === change.name.toLowerCase());
  if (label === undefined) {
    return null;
  }
  pull.labels.splice(pull.labels.indexOf(label), 1);
  addEvent(world, pull, { event: 'unlabeled', actor: change.actor, viaApp: change.viaApp, label });
  return label;
}

export function addEvent(world: World, pull: PullRequest, event: Omit<IssueEvent, 'id' | 'createdAt'>): void {
  const createdAt = utc(new Date(world.now()));
  pull.updatedAt = createdAt;
  pull.events.push({ id: nextId(world.state, 'issue-event', 50_001), createdAt, ...event });
}
