// dbt's Jinja without dbt: what a manifest alone can tell of the SQL that a model comes to. Nothing is guessed.
export type { Rendering } from './render-model.ts';
export { renderModel } from './render-model.ts';
export { bareText, hasCallsLeftOut, hasTextMasks, jinjaIn, withTextMasks } from './text-masks.ts';
export { withRenderedSql } from './with-rendered-sql.ts';
