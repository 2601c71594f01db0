// dbt's artifacts as one graph of nodes and relations, and dbt's own notion of what is modified.
export type {
  CatalogRelation,
  DbtCatalog,
  DbtColumn,
  DbtExposure,
  DbtMacro,
  DbtNode,
  DbtOwner,
  DbtProject,
  DbtTest,
  ManifestMetadata,
  Parsed,
  ResourceType,
  RunResult,
  RunResults,
} from './project.ts';
