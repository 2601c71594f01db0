import { toUniqueId, type UniqueId } from '#core/base';
import type { AnalyzedSide } from '#core/change';
import type { Block, Plan, Term } from '#core/meaning';

/** The kinds of types that rules tell apart; null where the type is not known. */
export type TypeKind = 'integer' | 'number' | 'text' | 'date' | 'timestamp' | 'boolean' | null;

/** The type of an expression, as far as casts, literals, functions and the catalog tell. */
export function typeOf(term: Term, block: Block, side: AnalyzedSide): TypeKind {
  const { kind, name, children, column } = term;
  if (column !== null) return columnType(column.input, column.name, block, side);
  const type = (one: Term): TypeKind => typeOf(one, block, side);
  switch (kind) {
    case 'literal':
      return literalType(name);
    case 'cast':
      return kindOf(name.replace(/^(?:try|safe) /, ''));
    case 'aggregate':
      return aggregateType(term, type);
    case 'operator':
      return operatorType(term, type);
    case 'function':
      return functionType(term, type);
    case 'case':
      return common(
        children.filter((value, at) => (at % 2 === 1 || at === children.length - 1) && !isNull(value)).map(type),
      );
    default:
      return null;
  }
}

type Typing = (term: Term) => TypeKind;

function aggregateType({ name, children: [first] }: Term, type: Typing): TypeKind {
  if (name.startsWith('count')) return 'integer';
  if (name === 'avg') return 'number';
  return first !== undefined && ['sum', 'min', 'max'].includes(name) ? type(first) : null;
}

function isNull({ kind, name }: Term): boolean {
  return kind === 'literal' && name === 'null';
}

function common(kinds: readonly TypeKind[]): TypeKind {
  const [first = null] = kinds;
  return kinds.every((kind) => kind === first) ? first : null;
}

function literalType(name: string): TypeKind {
  if (/^-?\d+$/.test(name)) return 'integer';
  if (/^-?\d*\.\d+(?:e[+-]?\d+)?$/i.test(name)) return 'number';
  if (/^date\s*'/i.test(name)) return 'date';
  if (/^timestamp/i.test(name)) return 'timestamp';
  if (name.startsWith("'")) return 'text';
  return name === 'true' || name === 'false' ? 'boolean' : null;
}

function operatorType({ name, children }: Term, type: Typing): TypeKind {
  const kinds = children.map(type);
  if (['+', '-', '*', 'neg'].includes(name)) {
    if (kinds.includes('number') && kinds.every((kind) => kind === 'number' || kind === 'integer')) return 'number';
    return common(kinds) === 'integer' ? 'integer' : null;
  }
  return name === '||' ? 'text' : null;
}

function functionType({ name, children }: Term, type: Typing): TypeKind {
  if (name === 'coalesce') return common(children.filter((child) => !isNull(child)).map(type));
  if (name === 'nullif' || name === 'abs') return children[0] === undefined ? null : type(children[0]);
  if (['current_timestamp', 'now', 'sysdate', 'getdate', 'to_timestamp'].includes(name)) return 'timestamp';
  if (['current_date', 'to_date', 'date'].includes(name)) return 'date';
  if (['lower', 'upper', 'trim', 'concat', 'replace', 'substr', 'to_char'].includes(name)) return 'text';
  if (['length', 'len', 'datediff', 'date_diff', 'extract', 'date_part'].includes(name)) return 'integer';
  return null;
}

function columnType(alias: string, key: string, block: Block, side: AnalyzedSide): TypeKind {
  const source = block.inputs.find((input) => input.alias === alias)?.source;
  if (source?.kind === 'plan') return planType(source.plan, key, side);
  if (source?.kind !== 'relation' || source.uniqueId === null) return null;
  const type = storedType(side, toUniqueId(source.uniqueId), key.toLowerCase());
  return type === null ? null : kindOf(type);
}

/** A column's type in the catalog, else as it is declared. */
function storedType({ catalog, project }: AnalyzedSide, uniqueId: UniqueId, key: string): string | null {
  const told = catalog?.get(uniqueId)?.columns.find(({ name }) => name.toLowerCase() === key);
  if (told !== undefined && told.type !== '') return told.type;
  const declared = [...(project.nodes.get(uniqueId)?.columns.values() ?? [])];
  return declared.find(({ name }) => name.toLowerCase() === key)?.dataType ?? null;
}

function planType(plan: Plan, key: string, side: AnalyzedSide): TypeKind {
  if (plan.kind === 'set') return plan.members[0] === undefined ? null : planType(plan.members[0], key, side);
  if (plan.kind !== 'block') return null;
  const output = plan.outputs.find((one) => one.key === key);
  return output === undefined ? null : typeOf(output.term, plan, side);
}

/** The kind of a type as warehouses and casts name it. */
export function kindOf(type: string): TypeKind {
  const name = type.toLowerCase().trim();
  if (/^(?:timestamp|datetime|smalldatetime)/.test(name)) return 'timestamp';
  if (name === 'date') return 'date';
  if (
    /^(?:bigint|int|smallint|tinyint|byteint|hugeint|ubigint|uinteger|serial|bigserial)/.test(name) &&
    !name.startsWith('interval')
  )
    return 'integer';
  const scale = /^(?:decimal|numeric|number)\((\d+)(?:\s*,\s*(\d+))?\)/.exec(name);
  if (scale !== null) return Number(scale[2] ?? 0) === 0 ? 'integer' : 'number';
  if (/^(?:decimal|numeric|number|float|double|real|bignumeric)/.test(name)) return 'number';
  if (/^(?:char|varchar|text|string|character|nvarchar|nchar)/.test(name)) return 'text';
  return /^bool/.test(name) ? 'boolean' : null;
}
