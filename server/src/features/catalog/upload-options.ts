import { invalidField } from "./refusals.ts";

export const outputFormats = ["keep", "webp", "avif", "auto"] as const;
export const efforts = ["fast", "balanced", "best"] as const;

/** How the images of an upload are made smaller. */
export interface UploadOptions {
  /** 1 to 100; `auto` holds what can be seen, and not a number. */
  readonly quality: number | "auto";
  /** `keep`: that of the input. `auto`: whatever comes out smallest. */
  readonly format: (typeof outputFormats)[number];
  /** Pixels of the longer side; null for those of the input. */
  readonly maxDimension: number | null;
  /** Of each image; null for no such goal. */
  readonly targetBytes: number | null;
  readonly effort: (typeof efforts)[number];
}

/** What the document promises: "50% quality reduction". */
export const usualOptions: UploadOptions = {
  quality: 50,
  format: "keep",
  maxDimension: null,
  targetBytes: null,
  effort: "balanced",
};

/** More than any format here can have: WebP ends at 16383, JPEG at 65535. */
export const mostPixels = 65_535;
export const fewestTargetBytes = 1_024;
export const mostTargetBytes = 100 * 1024 * 1024;

/**
 * Reads the text fields of the form. Blank ones are absent ones, and fields that are not known are ignored.
 *
 * There is none for a webhook: who is told is configured once, with the API key where there is one, and an upload
 * needs no key.
 *
 * @throws {AppError} `validation_error` that names the field and what it may be
 */
export function readUploadOptions(texts: ReadonlyMap<string, string>): UploadOptions {
  const text = (field: string) => texts.get(field)?.trim().toLowerCase() ?? "";
  const whole = (field: string, least: number, most: number) =>
    text(field) === "" ? null : wholeNumber(field, text(field), { least, most });
  return {
    quality: readQuality(text("quality")),
    format: choice("format", text("format"), outputFormats, usualOptions.format),
    maxDimension: whole("max_dimension", 1, mostPixels),
    targetBytes: whole("target_bytes", fewestTargetBytes, mostTargetBytes),
    effort: choice("effort", text("effort"), efforts, usualOptions.effort),
  };
}

function readQuality(text: string): UploadOptions["quality"] {
  if (text === "") return usualOptions.quality;
  if (text === "auto") return text;
  return wholeNumber("quality", text, { least: 1, most: 100, or: " or auto" });
}

function wholeNumber(
  field: string,
  text: string,
  { least, most, or = "" }: { readonly least: number; readonly most: number; readonly or?: string },
): number {
  const number = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw invalidField(field, `expected a whole number from ${least} to ${most}${or}`);
}

function choice<Value extends string>(
  field: string,
  text: string,
  values: readonly Value[],
  usual: Value,
): Value {
  if (text === "") return usual;
  const value = values.find((each) => each === text);
  if (value === undefined) throw invalidField(field, `expected one of ${values.join(", ")}`);
  return value;
}
