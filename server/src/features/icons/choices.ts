/** In this order the variations of a batch go through them. */
export const iconStyles = [
  "minimal",
  "detailed",
  "flat",
  "modern",
  "vintage",
  "abstract",
  "realistic",
] as const;
export type IconStyle = (typeof iconStyles)[number];

export const colorSchemes = [
  "monochrome",
  "colorful",
  "blue_tones",
  "warm_tones",
  "cool_tones",
  "brand_colors",
] as const;
export type ColorScheme = (typeof colorSchemes)[number];

export const iconFormats = ["png", "svg", "webp", "ico"] as const;
export type IconFormat = (typeof iconFormats)[number];

/** How a batch is, in the words of the API. */
export const batchStatuses = ["pending", "running", "completed", "failed", "cancelled"] as const;
export type BatchStatus = (typeof batchStatuses)[number];

/** What is made where nothing is asked for. */
export const usual = {
  style: "modern",
  colorScheme: "brand_colors",
  format: "png",
} as const satisfies { style: IconStyle; colorScheme: ColorScheme; format: IconFormat };

/** Pixels of a side. An ICO counts its sides in one byte, of which zero is 256. */
export const iconSides = { least: 16, most: 1024, mostInIco: 256 } as const;

/** What Windows and browsers look for in an ICO. */
export const usualIcoSides: readonly number[] = [16, 32, 48, 256];
