import { ApiError } from "@fovea/client";
import { QueryClient } from "@tanstack/react-query";

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // The client has tried again already where that helps.
      retry: (failures, error) => !(error instanceof ApiError) && failures < 2,
      staleTime: 2_000,
    },
  },
});
