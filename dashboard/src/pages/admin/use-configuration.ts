import type { GetConfigurationData } from "@fovea/client";
import { useFovea } from "@fovea/react";
import { useQuery } from "@tanstack/react-query";

export type Setting = GetConfigurationData["groups"][number]["settings"][number];

/** What the process that answers runs with. It does not change while it runs. */
export function useConfiguration() {
  const fovea = useFovea();
  return useQuery({
    queryKey: ["configuration"],
    queryFn: async ({ signal }) =>
      (await fovea.get<{ readonly data: GetConfigurationData }>("/admin/configuration", { signal })).data,
    staleTime: 60_000,
  });
}
