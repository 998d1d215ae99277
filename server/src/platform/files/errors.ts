import { AppError } from "../errors.ts";

/** The name is repeated: it comes from who asks, and may be shortened. */
export const invalidFileName = (name: string) =>
  new AppError({
    code: "invalid_file_name",
    status: 400,
    message: `“${name.slice(0, 100)}” is not a name that a stored file can have.`,
  });

/** RFC 9110, 15.5.17: the answer says how long the file is. */
export const rangeNotSatisfiable = (size: number) =>
  new AppError({
    code: "range_not_satisfiable",
    status: 416,
    message: `The file has ${size} bytes; the range asks for others.`,
    headers: { "content-range": `bytes */${size}` },
  });

/** What keeps the storage from working, for callers and, with the place, for operators. */
export class StorageFailure extends AppError {
  /** Public: it names neither folder nor bucket, host nor key. */
  readonly sentence: string;

  constructor(sentence: string, options: { readonly full?: boolean; readonly cause?: unknown } = {}) {
    super(
      options.full
        ? {
            code: "storage_full",
            status: 507,
            message: "The storage of files is full.",
            cause: options.cause,
          }
        : {
            code: "storage_unavailable",
            status: 503,
            message: `The storage of files does not work. ${sentence}`,
            cause: options.cause,
          },
    );
    this.sentence = sentence;
  }
}

export const storageFull = (cause: unknown) => new StorageFailure("It is full.", { full: true, cause });

export const storageUnavailable = (sentence: string, cause?: unknown) =>
  new StorageFailure(sentence, { cause });

/**
 * For who starts the service, and no caller.
 *
 * @param place the folder, or `s3://bucket/prefix`
 * @param step what was tried last; null where it says nothing
 */
export function storageMisconfigured(place: string, error: unknown, step: string | null = null): AppError {
  const sentence = error instanceof StorageFailure ? error.sentence : String(error);
  const tried = step === null ? "" : ` (${step} was tried.)`;
  return new AppError({
    code: "storage_misconfigured",
    status: 503,
    message: `Files cannot be stored in ${place} (IMAGE_STORAGE_PATH). ${sentence}${tried}`,
    cause: error,
  });
}
