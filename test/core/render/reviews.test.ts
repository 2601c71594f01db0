import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { ReviewView } from '#core/render';
import {
  renderCheckRuns,
  renderComment,
  renderInlineComments,
  renderJson,
  renderText,
  reviewJsonSchema,
} from '#core/render';
import { blockedView, clearView, personView, unmeasuredView, untoldView } from '../../support/review-views.ts';

const reviews: readonly (readonly [string, () => ReviewView])[] = [
  ['blocked', blockedView],
  ['needs a person', personView],
  ['could not tell, nothing to read', untoldView],
  ['could not tell, one gate', unmeasuredView],
  ['clear', clearView],
];

describe.each(reviews)('a review that is %s', (_, view) => {
  it('as a comment', () => {
    expect(renderComment(view())).toMatchSnapshot();
  });
  it('in a terminal', () => {
    expect(renderText(view())).toMatchSnapshot();
  });
  it('as check runs', () => {
    expect(
      renderCheckRuns(view()).map(({ name, conclusion, title, summary, annotations }) => ({
        name,
        conclusion,
        title,
        summary,
        annotations,
      })),
    ).toMatchSnapshot();
  });
  it('as inline comments', () => {
    expect(renderInlineComments(view())).toMatchSnapshot();
  });
  it('as JSON that keeps its contract', () => {
    const json = renderJson(view());
    const schema = z.fromJSONSchema(reviewJsonSchema());
    expect(schema.safeParse(JSON.parse(JSON.stringify(json))).error).toBeUndefined();
    const { comment, ...rest } = json;
    expect(comment).toBe(renderComment(view()));
    expect(rest).toMatchSnapshot();
  });
  it('is the same bytes every time', () => {
    expect(renderComment(view())).toBe(renderComment(view()));
    expect(JSON.stringify(renderCheckRuns(view()))).toBe(JSON.stringify(renderCheckRuns(view())));
  });
});

describe('the JSON Schema of the review', () => {
  it('is up to date in docs', () => {
    const file = readFileSync(new URL('../../../docs/review.schema.json', import.meta.url), 'utf8');
    expect(JSON.parse(file)).toEqual(reviewJsonSchema());
  });
  it('refuses a field that the contract does not know', () => {
    const schema = z.fromJSONSchema(reviewJsonSchema());
    expect(schema.safeParse({ ...renderJson(clearView()), extra: 1 }).success).toBe(false);
  });
});
