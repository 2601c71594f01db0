/** Texts that a column's cells are taken from, as DuckDB casts them to the column's type. */
export interface Pool {
  /** What the SQL compares the column with, and what lies right beside it. */
  readonly telling: readonly string[];
  /** The simplest first. */
  readonly plain: readonly string[];
}

/** A constant that a column is compared with, as text, and numbers that the column is reckoned with before. */
export interface Constant {
  readonly text: string;
  readonly factors: readonly number[];
  readonly pattern: boolean;
}

/** The day on which every made-up world is: `current_date` in it. A Saturday in the middle of a month. */
export const today = '2024-06-15';

/** Values for a column of DuckDB's type `type`. */
export function poolOf(type: string, constants: readonly Constant[]): Pool {
  if (/^(?:TINY|SMALL|BIG|HUGE)?INT/.test(type))
    return numbers(constants, { step: 1, plain: ['1', '2', '3', '0', '-1'], whole: true });
  if (/^(?:DECIMAL|DOUBLE|FLOAT|REAL)/.test(type))
    return numbers(constants, { step: 0.5, plain: ['1', '2', '10', '0', '-1', '0.5'], whole: false });
  if (type === 'BOOLEAN') return { telling: [], plain: ['true', 'false'] };
  if (type === 'DATE') return moments(constants, days, (at) => at.slice(0, 10));
  if (type.startsWith('TIMESTAMP')) return moments(constants, times, (at) => at);
  if (type === 'TIME') return { telling: [], plain: ['10:30:00', '00:00:00', '23:59:59'] };
  if (type === 'INTERVAL') return { telling: [], plain: ['1 day', '2 hours'] };
  if (type.endsWith('[]')) return { telling: [], plain: ['[]', '[1]', '[1, 2]', '[2, 2]'] };
  if (type === 'JSON') return { telling: [], plain: ['{}', '{"a": 1}', '[1, 2]', '"a"'] };
  return texts(constants);
}

interface NumberKind {
  readonly step: number;
  readonly plain: readonly string[];
  readonly whole: boolean;
}

function numbers(constants: readonly Constant[], { step, plain, whole }: NumberKind): Pool {
  const telling = constants.flatMap(({ text, factors }) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value) || Math.abs(value) > 1e12) return [];
    const turned = factors
      .filter((factor) => factor !== 0)
      .flatMap((factor) => [value * factor, value / factor, value + factor, value - factor]);
    return [value, value + step, value - step, ...turned, value + 1, value - 1];
  });
  const fitting = telling
    .filter((value) => !whole || Number.isInteger(value))
    .map((value) => String(Number(value.toFixed(4))));
  return { telling: [...new Set(fitting)].slice(0, most), plain };
}

const most = 24;
const days = ['2024-01-01', '2024-01-02', '2024-01-31', '2024-02-01', '2023-12-31', today, '2024-06-14', '2024-01-07'];
const times = [
  '2024-01-01 00:00:00',
  '2024-01-01 10:30:00',
  '2024-01-02 00:00:00',
  '2024-01-01 23:30:00',
  '2024-01-31 23:59:59',
  '2024-02-01 00:00:00',
  '2023-12-31 10:00:00',
  `${today} 12:00:00`,
  '2024-06-14 18:00:00',
];

const secondMs = 1_000;
const dayMs = 86_400_000;

function moments(constants: readonly Constant[], plain: readonly string[], written: (at: string) => string): Pool {
  const telling = constants.flatMap(({ text, factors }) => {
    const isMoment = /^\d{4}-\d\d-\d\d/.test(text);
    const days = Number(text);
    // A number stands for days between two moments: `datediff('day', a, b) > 30`.
    const base = isMoment
      ? Date.parse(`${text.slice(0, 19).replace(' ', 'T')}${text.length > 10 ? '' : 'T00:00:00'}Z`)
      : Date.parse(`${today}T00:00:00Z`);
    if (!Number.isFinite(base) || (!isMoment && (!Number.isInteger(days) || Math.abs(days) > 100_000))) return [];
    const shifts = isMoment
      ? [0, ...factors.map((factor) => factor * dayMs)]
      : [-days * dayMs, (-days - 1) * dayMs, (1 - days) * dayMs, days * dayMs];
    return shifts.flatMap((shift) => {
      const at = base + shift;
      const midnight = at - (((at % dayMs) + dayMs) % dayMs);
      return [at, at + secondMs, at - secondMs, midnight + dayMs, midnight - dayMs, midnight + dayMs / 2, midnight];
    });
  });
  const written_ = telling
    .filter((at) => Math.abs(at) < 8e15)
    .map((at) => written(new Date(at).toISOString().slice(0, 19).replace('T', ' ')));
  return { telling: [...new Set(written_)].slice(0, most), plain };
}

function texts(constants: readonly Constant[]): Pool {
  const telling = constants.flatMap(({ text, pattern }) => {
    if (pattern) return [text.replaceAll('%', '').replaceAll('_', 'x'), text.replaceAll('%', 'z').replaceAll('_', 'x')];
    const folded = text === text.toLowerCase() ? text.toUpperCase() : text.toLowerCase();
    return [text, folded, `${text} `, `${text}x`];
  });
  return {
    telling: [...new Set(telling)].filter((text) => text.length <= 200).slice(0, most),
    plain: ['a', 'b', 'A', '', '1'],
  };
}
