/** `41,208`: thousands apart, the same on every machine and in every locale. */
export function grouped(value: number): string {
  const [whole = '', fraction] = String(value).split('.');
  const text = /^-?\d+$/.test(whole) ? whole.replace(/\B(?=(\d{3})+$)/g, ',') : whole;
  return fraction === undefined ? text : `${text}.${fraction}`;
}
