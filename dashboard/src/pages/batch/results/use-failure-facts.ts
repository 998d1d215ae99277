import { useFovea } from "@fovea/react";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { batchApi, type FailureFacts } from "./batch-api.ts";

/** What codes mean and what to do, by code: empty until it is known. */
export function useFailureFacts(): ReadonlyMap<string, FailureFacts> {
  const fovea = useFovea();
  const { data } = useQuery({
    queryKey: ["failures"],
    queryFn: ({ signal }) => batchApi.failures(fovea, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return useMemo(() => new Map((data ?? []).map((facts) => [facts.error_type, facts])), [data]);
}
