import type { IconFormat } from "./choices.ts";

/** Which of an icon's files. */
interface FileVariant {
  readonly format?: IconFormat;
  /** Pixels of a side; absent for the file that the icon itself is. */
  readonly size?: number;
}

/**
 * The name under which an icon is stored: `tools/tools_20260102030405_0a1b2c3d.png`, or `…_64.png` of a further size.
 *
 * @param category a key, as `normaliseCategory` makes it
 * @param hash8 eight hexadecimal digits in lower case
 * @throws TypeError for anything else: what is thrown here would otherwise be a path
 */
export function iconFileName(
  category: string,
  createdAt: Date,
  hash8: string,
  { format = "png", size }: FileVariant = {},
): string {
  const time = createdAt
    .toISOString()
    .replace(/\.\d+Z$/, "")
    .replace(/[-:T]/g, "");
  const name = `${category}/${category}_${time}_${hash8}${size === undefined ? "" : `_${size}`}.${format}`;
  if (parseImagePath(name) !== name) throw new TypeError(`An icon cannot be called ${JSON.stringify(name)}.`);
  return name;
}

/** Keys and their suffix; beyond it nothing is looked at. */
const mostCharacters = 200;

const path =
  /^(?:(?<folder>[a-z0-9_]+)\/)?(?<category>[a-z0-9](?:[a-z0-9_]{0,58}[a-z0-9])?)_\d{14}_[0-9a-f]{8}(?:_[1-9]\d{1,3})?\.(?:png|svg|webp|ico)$/;

/**
 * What stands behind `/api/images/` → the name of a stored file. It is an allow-list: nothing is decoded, resolved or
 * cleaned, so there is no spelling of `..` that could get through.
 *
 * A name without its folder is understood too: that is what the list of cached icons calls `filename`.
 *
 * @param text as the router hands it over
 * @returns null for whatever `iconFileName` does not make
 */
export function parseImagePath(text: string): string | null {
  if (text.length > mostCharacters) return null;
  const { folder, category } = path.exec(text)?.groups ?? {};
  if (category === undefined) return null;
  if (folder === undefined) return `${category}/${text}`;
  return folder === category ? text : null;
}
