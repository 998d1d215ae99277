import { hash } from "node:crypto";
import type { IconFormat } from "./choices.ts";
import { iconFileName } from "./icon-file-name.ts";
import type { IconFile } from "./icon-files.ts";
import { type IconFileRow, type StoredIcon, sidesText } from "./icon-store.ts";
import type { IconOutput } from "./requests.ts";

/** Which of an icon's files one is. */
export interface Variant {
  readonly format: IconFormat;
  /** As `sidesText` writes them. */
  readonly sides: string;
}

/**
 * The files that are asked for, the icon itself first.
 *
 * @param largest pixels of what a model made, which no file is larger than; null for a drawing, or where nothing is made yet
 */
export function variantsOf({ format, sizes }: IconOutput, largest: number | null): readonly Variant[] {
  const sides = [...new Set(sizes.map((side) => Math.min(side, largest ?? side)))];
  if (format === "ico") return [{ format, sides: sidesText(sides) }];
  if (sides.length === 0) return [{ format, sides: "" }];
  return sides.toReversed().map((side) => ({ format, sides: sidesText([side]) }));
}

/** Sizes that no file has, since what the model made is smaller. */
export const sizesNotMade = ({ sizes }: IconOutput, largest: number | null): readonly number[] =>
  largest === null ? [] : sizes.filter((size) => size > largest);

/** Those of the icon's files that are asked for; null where one is missing. */
export function filesFor(
  files: readonly IconFileRow[],
  wanted: readonly Variant[],
): readonly IconFileRow[] | null {
  const found = wanted.flatMap((variant) => files.find((file) => isSame(file, variant)) ?? []);
  return found.length === wanted.length ? found : null;
}

export const isSame = (one: Variant, other: Variant): boolean =>
  one.format === other.format && one.sides === other.sides;

/** What of the files the variants are, which were asked for in the same order. */
export const variantOf = (
  { format, size }: IconFile,
  { sizes }: IconOutput,
  largest: number | null,
): Variant =>
  format === "ico"
    ? (variantsOf({ format, sizes }, largest)[0] ?? { format, sides: "" })
    : { format, sides: size === null ? "" : sidesText([size]) };

/** The same for the same file of the same icon, so that who makes it again writes over it. */
export function nameOf(
  { id, category, begunAt }: Pick<StoredIcon, "id" | "category" | "begunAt">,
  { format, sides }: Variant,
): string {
  const hash8 = hash("sha256", `${id} ${begunAt.getTime()} ${format} ${sides}`).slice(0, 8);
  const size = format !== "ico" && sides !== "" ? { size: Number(sides) } : {};
  return iconFileName(category, begunAt, hash8, { format, ...size });
}
