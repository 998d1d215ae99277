import type {
  GenerateIconBatchBody,
  GenerateIconBody,
  IconColorScheme,
  IconFormat,
  IconStyle,
} from "@fovea/client";

export const iconStyles = [
  ...(["minimal", "detailed", "flat", "modern"] as const),
  ...(["vintage", "abstract", "realistic"] as const),
] satisfies readonly IconStyle[];

export const colorSchemes = {
  brand_colors: "Brand colours",
  colorful: "Colourful",
  monochrome: "Monochrome",
  blue_tones: "Blue tones",
  warm_tones: "Warm tones",
  cool_tones: "Cool tones",
} as const satisfies Record<IconColorScheme, string>;

export const iconFormats = ["png", "svg", "webp", "ico"] as const satisfies readonly IconFormat[];

export const usualSizes = [16, 24, 32, 48, 64, 128, 256, 512, 1024] as const;
export const mostCategories = 50;
export const mostElements = 12;

export interface IconWish {
  readonly categories: readonly string[];
  readonly style: IconStyle;
  readonly colorScheme: IconColorScheme;
  readonly format: IconFormat;
  readonly sizes: readonly number[];
  readonly variations: number;
  /** Of a single category. */
  readonly elements: readonly string[];
}

export const emptyIconWish: IconWish = {
  categories: [],
  style: "modern",
  colorScheme: "brand_colors",
  format: "png",
  sizes: [],
  variations: 1,
  elements: [],
};

export const iconsIn = ({ categories, variations }: IconWish): number => categories.length * variations;

/** What the API takes of the sizes: an ICO holds up to 256 pixels. */
export const sizesOf = ({ format, sizes }: Pick<IconWish, "format" | "sizes">): readonly number[] =>
  format === "svg" ? [] : sizes.filter((size) => format !== "ico" || size <= 256);

const lookOf = (wish: IconWish) => {
  const sizes = sizesOf(wish);
  return {
    style: wish.style,
    color_scheme: wish.colorScheme,
    format: wish.format,
    ...(sizes.length > 0 && { sizes: [...sizes] }),
  };
};

export function setBodyOf(wish: IconWish): GenerateIconBatchBody {
  const [only] = wish.categories;
  return {
    categories: [...wish.categories],
    ...lookOf(wish),
    ...(wish.variations > 1 && { variations_per_category: wish.variations }),
    ...(wish.categories.length === 1 &&
      only !== undefined &&
      wish.elements.length > 0 && { custom_elements: { [only]: [...wish.elements] } }),
  };
}

/** Null where it is a set. */
export function oneBodyOf(wish: IconWish): GenerateIconBody | null {
  const [category, ...others] = wish.categories;
  if (category === undefined || others.length > 0 || wish.variations > 1) return null;
  return {
    category,
    ...lookOf(wish),
    ...(wish.elements.length > 0 && { custom_elements: [...wish.elements] }),
  };
}
