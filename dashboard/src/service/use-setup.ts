import type { GetSetupAnswer } from "@fovea/client";
import { useFovea } from "@fovea/react";
import { useQuery } from "@tanstack/react-query";

/** What the service is and can do, and who is asking. */
export function useSetup() {
  const fovea = useFovea();
  return useQuery({
    queryKey: ["setup"],
    queryFn: ({ signal }) => fovea.get<GetSetupAnswer>("/api/v1/setup", { signal }),
    staleTime: 60_000,
  });
}
