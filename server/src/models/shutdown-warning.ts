import type { CatalogModel } from "./catalog.schema.ts";

const dayMs = 86_400_000;
const warnedDays = 60;

/** A model that its vendor takes away is named while there is time to choose another one: a sentence, or null. */
export function shutdownWarning(
  { id, shutdown_date, replacement }: Pick<CatalogModel, "id" | "shutdown_date" | "replacement">,
  now: Date,
): string | null {
  if (shutdown_date === null) return null;
  const days = Math.ceil((Date.parse(shutdown_date) - now.getTime()) / dayMs);
  if (days > warnedDays) return null;
  const when =
    days > 0
      ? `is shut down on ${shutdown_date}, in ${days} ${days === 1 ? "day" : "days"}`
      : `was shut down on ${shutdown_date}`;
  return `The model ${id} ${when}: ${replacement === null ? "choose another one" : `its vendor recommends ${replacement}`}.`;
}
