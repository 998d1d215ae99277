import type { ImageValidation, PreparedImage, ProcessOptions } from "@fovea/client";
import { useFovea } from "@fovea/react";
import { useQueries, useQuery } from "@tanstack/react-query";
import type { Source } from "./source.ts";
import { createTurns } from "./turns.ts";

export type Options = Omit<ProcessOptions, "provider" | "model">;

export interface Prepared {
  /** What the model would make of the original. */
  readonly validation: ImageValidation;
  readonly image: PreparedImage;
  readonly blob: Blob;
  /** Milliseconds, as the browser saw it. */
  readonly tookMs: number;
}

/** A large picture is decoded once for each: more at a time would only make the first ones late. */
const inTurn = createTurns(2);
/** Pictures are megabytes: what is not shown any more is soon forgotten. */
const keptMs = 15_000;

/** The source prepared for each of the models; one that fails takes none of the others with it. */
export function usePrepared(source: Source | null, models: readonly string[], options: Options) {
  const fovea = useFovea();
  return useQueries({
    queries: models.map((model) => ({
      queryKey: ["prepared", source?.id, model, options],
      enabled: source !== null,
      gcTime: keptMs,
      staleTime: Number.POSITIVE_INFINITY,
      queryFn: ({ signal }: { signal: AbortSignal }): Promise<Prepared> =>
        inTurn(signal, async () => {
          if (!source) throw new Error("There is no picture yet.");
          const validation = await fovea.prepare.validate(source.file, { model }, { signal });
          const begun = performance.now();
          const image = await fovea.prepare.process(source.file, { ...options, model }, { signal });
          return { validation, image, blob: image.blob(), tookMs: performance.now() - begun };
        }),
    })),
  });
}

/** Facts of the source itself. */
export function useAnalysis(source: Source) {
  const fovea = useFovea();
  return useQuery({
    queryKey: ["analyzed", source.id],
    queryFn: ({ signal }) => fovea.prepare.analyze(source.file, { signal }),
    gcTime: keptMs,
    staleTime: Number.POSITIVE_INFINITY,
  });
}
