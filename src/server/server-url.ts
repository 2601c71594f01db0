/** Where people go, from where programs go: `api.github.com`, `api.SUB.ghe.com`, `HOST/api/v3` of an own server. */
export function serverUrlOf(apiUrl: string): string {
  const { protocol, host, pathname } = new URL(apiUrl);
  // An own server may be called api.…, and then keeps its name.
  return `${protocol}//${pathname.startsWith('/api/') ? host : host.replace(/^api\./, '')}`;
}
