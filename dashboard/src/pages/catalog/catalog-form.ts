/** What is chosen for an upload, as the fields hold it. */
export interface CatalogForm {
  readonly quality: string;
  readonly format: string;
  /** Empty for that of the image. */
  readonly maxDimension: string;
  /** Empty for no limit. */
  readonly targetKilobytes: string;
  readonly effort: string;
}

export const usualForm: CatalogForm = {
  quality: "50",
  format: "keep",
  maxDimension: "",
  targetKilobytes: "",
  effort: "balanced",
};

/** The fields that are sent: what is left at its usual value is not. */
export function optionsOf(form: CatalogForm): Record<string, string> {
  const { quality, format, maxDimension, targetKilobytes, effort } = form;
  return {
    ...(quality === usualForm.quality || quality.trim() === "" ? {} : { quality: quality.trim() }),
    ...(format === usualForm.format ? {} : { format }),
    ...(maxDimension === "" ? {} : { max_dimension: maxDimension }),
    ...(targetKilobytes === "" ? {} : { target_bytes: String(Number(targetKilobytes) * 1_000) }),
    ...(effort === usualForm.effort ? {} : { effort }),
  };
}
