/** Items of a paged answer until `limit` is reached or `enough` says so, page by page. */
export async function takeItems<Item>(
  pages: AsyncIterable<{ readonly data: readonly Item[] }>,
  limit: number,
): Promise<{ readonly items: readonly Item[]; readonly complete: boolean }> {
  const items: Item[] = [];
  for await (const page of pages) {
    items.push(...page.data);
    // One more than the limit is needed to know that there was more.
    if (items.length > limit) return { items: items.slice(0, limit), complete: false };
  }
  return { items, complete: true };
}
