import { grouped } from '#core/base';
import { plainLine } from './escape.ts';

/** `1 model`, `1,204 models`. */
export function counted(count: number, one: string, many: string = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** The change from one count to another: `+110 %`, `−3.5 %`, `−100 %`; from nothing, `new rows`. */
export function signedPercent(before: number, after: number): string {
  if (before === after) return '±0 %';
  if (before === 0) return 'from 0';
  const percent = (100 * (after - before)) / before;
  const size = Math.abs(percent);
  // A hundred per cent less is none left, so rounding must not say it of a few.
  const shown = size >= 100 && after !== 0 ? Math.round(size) : size >= 10 ? Math.floor(size) : Number(size.toFixed(1));
  return `${percent < 0 ? '−' : '+'}${shown === 0 ? '<0.1' : grouped(shown)} %`;
}

/** An RFC 3339 time as `2026-11-20 11:15 UTC`; what is no time, as it stands. */
export function utcTime(text: string): string {
  const time = new Date(text.slice(0, 40));
  if (Number.isNaN(time.getTime())) return plainLine(text, 40);
  return `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** The first seven digits of a commit id. */
export function shortSha(sha: string): string {
  return sha.slice(0, 7);
}

/** Length in UTF-8, which is what some of GitHub's limits count. */
export function utf8Length(text: string): number {
  let length = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    length += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return length;
}
