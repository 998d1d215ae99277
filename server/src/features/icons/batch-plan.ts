import { z } from "zod";
import { normaliseCategory } from "./categories.ts";
import { colorSchemes, type IconStyle, iconFormats, iconStyles } from "./choices.ts";
import type { BatchRequest, GenerateRequest } from "./requests.ts";

/** One icon of a batch, as it is stored with it. */
export const iconItem = z.object({
  /** As it was written. */
  category: z.string(),
  /** Its folder. */
  key: z.string(),
  style: z.enum(iconStyles),
  colorScheme: z.enum(colorSchemes),
  customElements: z.array(z.string()),
  /** From 0, within its category. */
  variation: z.int().nonnegative(),
  /** From 0: how often its category had this style before. */
  take: z.int().nonnegative(),
});
export type IconItem = z.infer<typeof iconItem>;

/** What a batch of icons is stored with. */
export const iconBatchOptions = z.object({
  /** Whose the icons are. */
  owner: z.string(),
  /** What makes them; null for the open set of icons. */
  model: z.object({ provider: z.string(), model: z.string() }).nullable(),
  categories: z.array(z.string()),
  variations: z.int().positive(),
  format: z.enum(iconFormats),
  sizes: z.array(z.int()),
  metadata: z.record(z.string(), z.json()),
});
export type IconBatchOptions = z.infer<typeof iconBatchOptions>;

interface BatchPlan {
  readonly options: IconBatchOptions;
  /** A category is through before the next one begins, as far as work that is done side by side can be. */
  readonly items: readonly IconItem[];
}

export function planBatch(request: BatchRequest, by: Pick<IconBatchOptions, "owner" | "model">): BatchPlan {
  const { categories, variations, colorScheme, format, sizes } = request;
  return {
    options: {
      ...{
        owner: by.owner,
        model: by.model,
        categories: [...categories],
        variations,
        format,
        sizes: [...sizes],
      },
      // Plain JSON already; the schema's own type is the mutable one.
      metadata: request.metadata as IconBatchOptions["metadata"],
    },
    items: categories.flatMap((category, place) => {
      const { key } = normaliseCategory(category);
      const customElements = [...(request.customElements[place] ?? [])];
      return Array.from({ length: variations }, (_, variation) => {
        const style = styleOf(request.style, variation);
        const take = Math.floor(variation / iconStyles.length);
        return { category, key, style, colorScheme, customElements, variation, take };
      });
    }),
  };
}

/** One icon, which is worked on as a batch is. */
export const planIcon = (
  request: GenerateRequest,
  by: Pick<IconBatchOptions, "owner" | "model">,
): BatchPlan => {
  const { category, customElements } = request;
  const asked = { categories: [category], variations: 1, customElements: [customElements], metadata: {} };
  return planBatch({ ...request, ...asked }, by);
};

/** Every variation after the first one has the next style. */
function styleOf(first: IconStyle, variation: number): IconStyle {
  return iconStyles[(iconStyles.indexOf(first) + variation) % iconStyles.length] ?? first;
}
