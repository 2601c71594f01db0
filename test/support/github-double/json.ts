import { invalidRequest } from './errors.ts';

/** A JSON object whose fields have not been looked at. */
export type Json = Readonly<Record<string, unknown>>;

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text field, or null when absent; 422 when it is something else. */
export function optionalText(body: Json, field: string): string | null {
  const value = body[field];
  if (value === undefined || value === null) {
    return null;
  }
  if (typeof value !== 'string') {
    throw invalidRequest(`For '${describe(field)}', ${JSON.stringify(value)} is not a string.`);
  }
  return value;
}

export function requiredText(body: Json, field: string): string {
  const value = optionalText(body, field);
  if (value === null) {
    throw invalidRequest(`"${field}" wasn't supplied.`);
  }
  return value;
}

export function optionalInteger(body: Json, field: string): number | null {
  const value = body[field];
  if (value === undefined || value === null) {
    return null;
  }
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw invalidRequest(`For '${describe(field)}', ${JSON.stringify(value)} is not an integer.`);
  }
  return value;
}

export function requiredInteger(body: Json, field: string): number {
  const value = optionalInteger(body, field);
  if (value === null) {
    throw invalidRequest(`"${field}" wasn't supplied.`);
  }
  return value;
}

export function optionalList(body: Json, field: string): readonly unknown[] | null {
  const value = body[field];
  if (value === undefined || value === null) {
    return null;
  }
  if (!Array.isArray(value)) {
    throw invalidRequest(`For '${describe(field)}', ${JSON.stringify(value)} is not an array.`);
  }
  return value;
}

export function optionalObject(body: Json, field: string): Json | null {
  const value = body[field];
  if (value === undefined || value === null) {
    return null;
  }
  if (!isJson(value)) {
    throw invalidRequest(`For '${describe(field)}', ${JSON.stringify(value)} is not an object.`);
  }
  return value;
}

export function objectsIn(list: readonly unknown[], field: string): readonly Json[] {
  return list.map((value) => {
    if (!isJson(value)) {
      throw invalidRequest(`For '${describe(field)}', ${JSON.stringify(value)} is not an object.`);
    }
    return value;
  });
}

export function oneOf<T extends string>(field: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((item) => item === value);
  if (found === undefined) {
    throw invalidRequest(`For '${describe(field)}', "${value}" is not a member of [${allowed.join(', ')}].`);
  }
  return found;
}

function describe(field: string): string {
  return `properties/${field}`;
}
