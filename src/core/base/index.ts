// Words that every other area uses: identifiers, reasons, failures, ordering, digests. Imports no other area.
export { assertNever } from './assert-never.ts';
export type { Brand, Fingerprint, Sha, UniqueId } from './brand.ts';
export { toFingerprint, toSha, toUniqueId } from './brand.ts';
export { sha256 } from './digest.ts';
export { escapePattern } from './escape-pattern.ts';
export type { FailureDetails } from './failure.ts';
export {
  DeploymentError,
  InvariantError,
  RepositoryError,
  UpstreamError,
  WeirkeeperError,
} from './failure.ts';
export { grouped } from './grouped.ts';
export { isUnder } from './is-under.ts';
export type { JsonArray, JsonObject, JsonValue } from './json.ts';
export { isJsonObject, jsonEqual } from './json.ts';
export { nearestWord } from './nearest-word.ts';
export { plural } from './plural.ts';
export { EXPECT_PATH, POLICY_PATH } from './policy-path.ts';
export type { NonEmpty, Reason } from './reason.ts';
export { isNonEmpty, reason } from './reason.ts';
export { compareText, sortedBy } from './sort.ts';
export { toLine } from './to-line.ts';
export { version } from './version.ts';
