/** What an artifact may cost to read. A zip or gzip that asks for more is refused before or while it is inflated. */
export interface ReadLimits {
  /** Bytes of a zip as downloaded. */
  readonly zipBytes: number;
  /** Files in a zip. */
  readonly entries: number;
  /** Bytes of one file, inflated. */
  readonly fileBytes: number;
  /** Bytes of all files read from one place, inflated. */
  readonly totalBytes: number;
  /** Inflated to compressed size, looked at from `ratioFloorBytes` on: small files of JSON may well compress better. */
  readonly ratio: number;
  readonly ratioFloorBytes: number;
}

const MB = 1024 * 1024;

/** A manifest of 14,000 models was measured at 200 MB; V8 holds no text above 512 MB. */
export const standardLimits: ReadLimits = {
  zipBytes: 200 * MB,
  entries: 1_000,
  fileBytes: 400 * MB,
  totalBytes: 600 * MB,
  ratio: 200,
  ratioFloorBytes: 8 * MB,
};
