import type { DbtNode, RenderedSql } from './project.ts';

/** Whether nothing of a rendering is masked, left out or taken for granted. */
export function isFirm({ failed, masked, gaps, assumed }: RenderedSql): boolean {
  return failed === null && masked.length + gaps.length + assumed.length === 0;
}

/** Whether a node's SQL is dbt's own, or a rendering of which nothing is in doubt. */
export function hasFirmSql({ rendered }: DbtNode): boolean {
  return rendered === undefined || isFirm(rendered);
}
