import { invalidRequest, validationFailed } from './errors.ts';
import {
  type Json,
  objectsIn,
  oneOf,
  optionalInteger,
  optionalList,
  optionalObject,
  optionalText,
  requiredInteger,
  requiredText,
} from './json.ts';
import { characters, type Limit, limits, utf8Bytes } from './limits.ts';
import type { CheckAction, CheckAnnotation, CheckRun } from './state.ts';

/** What a check run's `output` and `actions` may hold; 422 in GitHub's words for what they may not. */

export interface CheckOutput {
  readonly title: string | null;
  readonly summary: string | null;
  readonly text: string | null;
  readonly annotations: readonly CheckAnnotation[];
}

const conclusions = ['action_required', 'cancelled', 'failure', 'neutral', 'success', 'skipped', 'timed_out'] as const;

export function readConclusion(body: Json): string | null {
  const given = optionalText(body, 'conclusion');
  return given === null ? null : oneOf('conclusion', given, conclusions);
}

export function readStatus(body: Json): CheckRun['status'] | null {
  const given = optionalText(body, 'status');
  return given === null ? null : oneOf('status', given, ['queued', 'in_progress', 'completed'] as const);
}

/** The output of a request, or null when it has none. */
export function readOutput(body: Json): CheckOutput | null {
  const output = optionalObject(body, 'output');
  if (output === null) {
    return null;
  }
  const title = optionalText(output, 'title');
  const summary = requiredText(output, 'summary');
  const text = optionalText(output, 'text');
  for (const [field, value] of [
    ['summary', summary],
    ['text', text ?? ''],
  ] as const) {
    withinCharacters(value, limits.checkSummaryCharacters);
    if (utf8Bytes(value) > limits.checkSummaryBytes.value) {
      const message = `${field} exceeds a maximum bytesize of ${String(limits.checkSummaryBytes.value)}`;
      throw validationFailed([{ resource: 'CheckRun', code: 'custom', field, message }]);
    }
  }
  const annotations = objectsIn(optionalList(output, 'annotations') ?? [], 'annotations');
  withinItems(annotations, limits.checkAnnotationsPerRequest);
  return { title, summary, text, annotations: annotations.map(readAnnotation) };
}

export function readActions(body: Json): readonly CheckAction[] | null {
  const list = optionalList(body, 'actions');
  if (list === null) {
    return null;
  }
  withinItems(list, limits.checkActions);
  return objectsIn(list, 'actions').map((action) => {
    const label = requiredText(action, 'label');
    const description = requiredText(action, 'description');
    const identifier = requiredText(action, 'identifier');
    withinCharacters(label, limits.checkActionLabel);
    withinCharacters(description, limits.checkActionDescription);
    withinCharacters(identifier, limits.checkActionIdentifier);
    return { label, description, identifier };
  });
}

function readAnnotation(annotation: Json): CheckAnnotation {
  const start = requiredInteger(annotation, 'start_line');
  const end = requiredInteger(annotation, 'end_line');
  const startColumn = optionalInteger(annotation, 'start_column');
  const endColumn = optionalInteger(annotation, 'end_column');
  if (start < 1 || end < start) {
    throw annotationError('end_line', 'end_line must not be before start_line, and lines start at 1');
  }
  if (start !== end && (startColumn !== null || endColumn !== null)) {
    throw annotationError('start_column', 'start_column and end_column are only allowed on the same line');
  }
  const message = requiredText(annotation, 'message');
  const details = optionalText(annotation, 'raw_details');
  const title = optionalText(annotation, 'title');
  for (const [field, value] of [
    ['message', message],
    ['raw_details', details ?? ''],
  ] as const) {
    if (utf8Bytes(value) > limits.checkAnnotationText.value) {
      throw annotationError(
        field,
        `${field} exceeds a maximum bytesize of ${String(limits.checkAnnotationText.value)}`,
      );
    }
  }
  if (message.trim() === '') {
    throw annotationError('message', "message can't be blank");
  }
  withinCharacters(title ?? '', limits.checkAnnotationTitle);
  const level = oneOf('annotation_level', requiredText(annotation, 'annotation_level'), [
    'notice',
    'warning',
    'failure',
  ] as const);
  return {
    path: requiredText(annotation, 'path'),
    start_line: start,
    end_line: end,
    start_column: startColumn,
    end_column: endColumn,
    annotation_level: level,
    title,
    message,
    raw_details: details,
  };
}

function annotationError(field: string, message: string): Error {
  return validationFailed([{ resource: 'CheckAnnotation', code: 'custom', field, message }]);
}

function withinCharacters(text: string, limit: Limit): void {
  const supplied = characters(text);
  if (supplied > limit.value) {
    throw invalidRequest(`Only ${String(limit.value)} characters are allowed; ${String(supplied)} were supplied.`);
  }
}

function withinItems(items: readonly unknown[], limit: Limit): void {
  if (items.length > limit.value) {
    throw invalidRequest(
      `No more than ${String(limit.value)} items are allowed; ${String(items.length)} were supplied.`,
    );
  }
}
