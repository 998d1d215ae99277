import type { ListMediaModelsAnswer } from "@fovea/client";
import { useFovea } from "@fovea/react";
import { useQuery } from "@tanstack/react-query";

export type MediaModel = ListMediaModelsAnswer["models"][number];
export type ParameterRule = NonNullable<MediaModel["parameters"]>[number];

/** The models that a job can name, with the rules that forms are built from. */
export function useMediaModels() {
  const fovea = useFovea();
  return useQuery({
    queryKey: ["media-models"],
    queryFn: ({ signal }) => fovea.get<ListMediaModelsAnswer>("/api/v1/jobs/models", { signal }),
    select: ({ models }) => models,
    staleTime: 60_000,
  });
}

/** For a model that nobody has described: what a request can say whatever the model. */
export const commonRules: readonly ParameterRule[] = [
  {
    ...{ name: "width", type: "integer", minimum: 128, maximum: 2048, step: 8, default: 1024 },
    ...{ description: "Pixels.", required: false },
  },
  {
    ...{ name: "height", type: "integer", minimum: 128, maximum: 2048, step: 8, default: 1024 },
    ...{ description: "Pixels.", required: false },
  },
  { name: "aspect_ratio", type: "string", description: "Width to height.", required: false },
  {
    ...{ name: "seed", type: "integer", minimum: 0, maximum: 2_147_483_647 },
    ...{ description: "The same seed makes the same picture, where the model takes one.", required: false },
  },
  {
    ...{ name: "num_outputs", type: "integer", minimum: 1, maximum: 4, step: 1, default: 1 },
    ...{ description: "How many pictures of the prompt.", required: false },
  },
  {
    ...{ name: "output_format", type: "enum", values: ["png", "jpg", "webp"], default: "png" },
    ...{ description: "In which the picture is stored.", required: false },
  },
];
