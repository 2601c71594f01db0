import { limits } from './limits.ts';
import type { Call, Reply } from './world.ts';

/** One page of a list with GitHub's `Link` header; `wrap` puts it in an envelope with the total. */
export function pageOf<T>(call: Call, items: readonly T[], show: (item: T) => unknown, wrap?: string): Reply {
  const { page, perPage } = pageAsked(call);
  const shown = items.slice((page - 1) * perPage, page * perPage).map(show);
  const body = wrap === undefined ? shown : { total_count: items.length, [wrap]: shown };
  const link = linkHeader(call, page, Math.ceil(items.length / perPage));
  return { status: 200, body, headers: link === null ? {} : { link } };
}

export function pageAsked(call: Call): { readonly page: number; readonly perPage: number } {
  const asked = positive(call.query.get('per_page'), limits.perPageDefault.value);
  return { page: positive(call.query.get('page'), 1), perPage: Math.min(asked, limits.perPageMax.value) };
}

function positive(text: string | null, otherwise: number): number {
  const value = Number(text ?? otherwise);
  return Number.isSafeInteger(value) && value >= 1 ? value : otherwise;
}

function linkHeader(call: Call, page: number, last: number): string | null {
  const to = (target: number, rel: string): string => {
    const query = new URLSearchParams(call.query);
    query.set('page', String(target));
    return `<${call.world.url()}${call.path}?${query.toString()}>; rel="${rel}"`;
  };
  const links: string[] = [];
  if (page > 1) {
    links.push(to(page - 1, 'prev'));
  }
  if (page < last) {
    links.push(to(page + 1, 'next'), to(last, 'last'));
  }
  if (page > 1) {
    links.push(to(1, 'first'));
  }
  return links.length === 0 ? null : links.join(', ');
}
