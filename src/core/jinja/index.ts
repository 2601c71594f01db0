// dbt's Jinja without dbt: what a manifest alone can tell of the SQL that a model comes to. Nothing is guessed.
export type { FilledSql } from './fill-holes.ts';
export { fillHoles } from './fill-holes.ts';
export type { HoleForm } from './hole-forms.ts';
export type { OpenRendering, Rendering } from './render-model.ts';
export { renderModel, renderOpen } from './render-model.ts';
export { bareText } from './template-text.ts';
export { withRenderedSql } from './with-rendered-sql.ts';
