import type { Catalog } from "../../models/catalog.ts";
import { shutdownWarning } from "../../models/shutdown-warning.ts";
import { formatName, megabytes } from "./limits.ts";

/** The documented limits by provider, in the shape that clients of the reference API know. */
export function listProviders(catalog: Catalog) {
  const requirements = catalog.providers().map(({ name, default_model, envelope }) => [
    name,
    {
      max_size: envelope.max_image_bytes,
      max_size_mb: megabytes(envelope.max_image_bytes),
      max_dimension: envelope.max_side,
      supported_formats: envelope.formats.map(formatName),
      preferred_format: formatName(envelope.preferred_format),
      default_model,
      notes: envelope.notes,
    },
  ]);
  return {
    supported_providers: catalog.providers().map(({ name }) => name),
    provider_requirements: Object.fromEntries(requirements),
  };
}

export const listModels = (catalog: Catalog, now: Date) => ({
  as_of: catalog.as_of,
  models: catalog.models().map((model) => ({ ...model, warning: shutdownWarning(model, now) })),
});
