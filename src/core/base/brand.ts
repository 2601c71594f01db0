declare const brand: unique symbol;

/** A string that only its maker may create, so that two kinds of identifier are never mixed up. */
export type Brand<Name extends string> = string & { readonly [brand]: Name };

/** A dbt `unique_id`, for example `model.shop.fct_orders`. */
export type UniqueId = Brand<'UniqueId'>;
/** A git commit id, 40 lower-case hexadecimal digits. */
export type Sha = Brand<'Sha'>;
/** What a finding is about, stable across pushes: no line number and no prose in it. */
export type Fingerprint = Brand<'Fingerprint'>;

/** Takes `text` for a dbt `unique_id`. */
export function toUniqueId(text: string): UniqueId {
  return text as UniqueId;
}

/** Takes `text` for a git commit id. */
export function toSha(text: string): Sha {
  return text as Sha;
}

/** Joins what identifies a finding (gate, message id, subject, and what else tells it apart). */
export function toFingerprint(...parts: readonly string[]): Fingerprint {
  return parts.join(':') as Fingerprint;
}
