import type { Context } from "../context.ts";
import type { ExitCode } from "../exit-codes.ts";
import { makeSet } from "./icon-set.ts";
import type { IconsOptions } from "./icon-wish.ts";
import { makeIcon } from "./one-icon.ts";

/** An icon for one category, a set for several. */
export async function icons(
  context: Context,
  categories: readonly string[],
  options: IconsOptions,
): Promise<ExitCode> {
  const [category = ""] = categories;
  const many = categories.length > 1 || (options.variations ?? 1) > 1;
  return many ? await makeSet(context, categories, options) : await makeIcon(context, category, options);
}
