import { list, type Raw, record, text } from './build.ts';

/** A type as SQL names it, in lower case: `numeric(3,2)`, `varchar`, `array<int64>`. */
export function typeText(value: unknown): string {
  const type = record(value);
  if (type === null) return typeof value === 'string' ? value.toLowerCase() : '';
  const name = text(type['data_type']) ?? '';
  switch (name) {
    case 'custom':
      return (text(type['name']) ?? '').toLowerCase();
    case 'array':
    case 'list':
      return `array<${typeText(type['element_type'])}>`;
    case 'map':
      return `map<${typeText(type['key_type'])},${typeText(type['value_type'])}>`;
    case 'nullable':
      return `nullable(${typeText(type['inner'])})`;
    case 'struct':
      return `struct<${list(type['fields']).map(fieldText).join(',')}>`;
    default:
      return `${name.replaceAll('_', '')}${sizeText(type)}${type['timezone'] === true ? ' with time zone' : ''}`;
  }
}

function fieldText(value: unknown): string {
  const field = record(value);
  return `${text(field?.['name']) ?? ''} ${typeText(field?.['data_type'])}`.trim();
}

function sizeText(type: Raw): string {
  const sizes = [type['length'] ?? type['precision'], type['scale']].filter((size) => typeof size === 'number');
  return sizes.length === 0 ? '' : `(${sizes.join(',')})`;
}
