import type { GetQueueStatusData, GetQuotasData, GetSystemStatsData, ListProcessesData } from "@fovea/client";
import { ApiError, type Fovea } from "@fovea/client";
import { useFovea } from "@fovea/react";
import { queryOptions, useQuery } from "@tanstack/react-query";

/** Of each question this page asks. While nobody looks at it, nothing is asked. */
export const everyMs = 5_000;

export const statusKey = "status";

interface Data<Value> {
  readonly data: Value;
}

/** As `GET /api/v1/health` answers. */
interface ApiHealth {
  readonly status: string;
  readonly services: { readonly database: boolean; readonly redis: boolean };
  readonly data: {
    readonly redis: "connected" | "disconnected" | "not_configured";
    readonly config: {
      readonly chunk_size: number;
      readonly max_concurrent_batches: number;
      readonly max_concurrent_workers: number;
      readonly api_keys_count: number;
    };
    readonly warnings: readonly string[];
  };
}

/** As `GET /api/v1/stats` answers, of the process that answers. */
interface ProcessStatistics {
  readonly uptime_seconds: number;
  readonly memory_mb: number;
  readonly prepare: {
    readonly running: number;
    readonly waiting: number;
    readonly memoryBytes: number;
    readonly uploadBytes: number;
  };
}

const asked = <Value>(name: string, ask: (signal: AbortSignal) => PromiseLike<Value>) =>
  queryOptions({
    queryKey: [statusKey, name],
    queryFn: async ({ signal }) => await ask(signal),
    refetchInterval: everyMs,
    // What was known stays, with the word that it is not known any more.
    retry: false,
  });

const questions = {
  health: (fovea: Fovea) =>
    asked("health", (signal) => fovea.get<ApiHealth>("/api/v1/health", { signal, maxRetries: 0 })),
  ready: (fovea: Fovea) =>
    asked("ready", async (signal) => {
      try {
        return (await fovea.get<{ status: string }>("/health/ready", { signal, maxRetries: 0 })).status;
      } catch (error) {
        if (error instanceof ApiError && error.status === 503) return "not ready";
        throw error;
      }
    }),
  queue: (fovea: Fovea) =>
    asked(
      "queue",
      async (signal) =>
        (await fovea.get<Data<GetQueueStatusData>>("/admin/queue/status", { signal, maxRetries: 0 })).data,
    ),
  batches: (fovea: Fovea) =>
    asked(
      "batches",
      async (signal) =>
        (await fovea.get<Data<GetSystemStatsData>>("/api/v1/system/stats", { signal, maxRetries: 0 })).data,
    ),
  process: (fovea: Fovea) =>
    asked("process", (signal) => fovea.get<ProcessStatistics>("/api/v1/stats", { signal, maxRetries: 0 })),
  processes: (fovea: Fovea) =>
    asked(
      "processes",
      async (signal) =>
        (await fovea.get<Data<ListProcessesData>>("/admin/processes", { signal, maxRetries: 0 })).data,
    ),
  quotas: (fovea: Fovea) =>
    asked(
      "quotas",
      async (signal) =>
        (await fovea.get<Data<GetQuotasData>>("/admin/quotas", { query: { days: 7 }, signal, maxRetries: 0 }))
          .data,
    ),
} as const;

export const useHealth = () => useQuery(questions.health(useFovea()));
export const useReady = () => useQuery(questions.ready(useFovea()));
export const useQueue = () => useQuery(questions.queue(useFovea()));
export const useBatchNumbers = () => useQuery(questions.batches(useFovea()));
export const useProcess = () => useQuery(questions.process(useFovea()));
export const useProcesses = () => useQuery(questions.processes(useFovea()));
export const useQuotas = () => useQuery(questions.quotas(useFovea()));

export const wantsSignIn = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 401 || error.status === 403);
