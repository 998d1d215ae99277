import type { ModelFacts } from "@fovea/client";
import { useFovea } from "@fovea/react";
import { useQuery } from "@tanstack/react-query";

/** A model that pictures are prepared for. */
export interface VisionModel {
  readonly id: string;
  readonly provider: string;
  readonly label: string;
  readonly warning: string | null;
  /** Dollars per million input tokens; null where it is not known. */
  readonly inputPrice: number | null;
}

interface VisionModels {
  readonly models: readonly VisionModel[];
  /** One of each provider: its usual one. */
  readonly usual: readonly string[];
}

/** The catalog of models, as far as the playground needs it. */
export function useVisionModels() {
  const fovea = useFovea();
  return useQuery({
    queryKey: ["vision-models"],
    queryFn: async ({ signal }): Promise<VisionModels> => {
      const [{ models }, { provider_requirements }] = await Promise.all([
        fovea.models.list({ signal }),
        fovea.prepare.providers({ signal }),
      ]);
      return {
        models: models.map(visionModel),
        usual: Object.values(provider_requirements).map(({ default_model }) => default_model),
      };
    },
    staleTime: 300_000,
  });
}

const visionModel = ({ id, provider, warning, ...facts }: ModelFacts): VisionModel => {
  const { label, input_price_usd_per_million: price } = facts;
  return {
    ...{ id, provider, warning },
    label: typeof label === "string" ? label : id,
    inputPrice: typeof price === "number" ? price : null,
  };
};

const providerNames: Readonly<Record<string, string>> = {
  claude: "Claude",
  openai: "OpenAI",
  gemini: "Gemini",
};

export const providerName = (provider: string): string => providerNames[provider] ?? provider;
