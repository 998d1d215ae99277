import { onTestFinished, vi } from "vitest";
import { type GeminiSettings, type GeminiSimulator, startGemini } from "../simulators/gemini.ts";
import type { SeenCall, SpokenAnswer } from "../simulators/vision-simulator.ts";
import type { AnalysisClient } from "./client.ts";
import { startDistinctOrigin } from "./distinct-origin.ts";

/** As long as Google's, of a project each, and told apart by their ends: these are their masked labels. */
const keys = {
  "…AAAA": "AIzaSimulatedKey-0123456789abcdefghAAAA",
  "…BBBB": "AIzaSimulatedKey-0123456789abcdefghBBBB",
  "…CCCC": "AIzaSimulatedKey-0123456789abcdefghCCCC",
} as const;
export const keyLabels = Object.keys(keys);
export const labelOf = (key: string): string =>
  keyLabels.find((label) => key.endsWith(label.slice(1))) ?? key;

export const model = "gemini-3.5-flash-lite";

interface HostedRunOptions extends Pick<GeminiSettings, "latency" | "limits"> {
  readonly rows: number;
  /** What the service takes the limit of each project to be; absent: more than any machine can send. */
  readonly requestsPerMinute?: number;
}

/** A provider with three keys, pictures for it, and how a service is set up to use both. */
export interface HostedRun {
  readonly gemini: GeminiSimulator;
  /** One for each row, no two with the same picture. */
  readonly urls: readonly string[];
  /** SHA-256 of their pictures. */
  readonly hashes: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export async function startHostedRun({
  rows,
  requestsPerMinute = 100_000,
  ...settings
}: HostedRunOptions): Promise<HostedRun> {
  const projects = Object.values(keys).map((key, index) => [key, `project-${index}`] as const);
  const gemini = await startGemini({ keys: Object.fromEntries(projects), ...settings });
  onTestFinished(() => gemini.close());
  gemini.answer(answerTo);
  const origin = await startDistinctOrigin();
  const urls = origin.addresses(rows);
  return {
    gemini,
    urls,
    hashes: urls.map(origin.contentHash),
    environment: {
      GEMINI_API_KEYS: projects.map(([key, project]) => `${project}:${key}`).join(","),
      GEMINI_BASE_URL: gemini.url,
      GEMINI_MODEL: model,
      GEMINI_RPM_PER_KEY: String(requestsPerMinute),
      ORIGIN_CONCURRENCY: "100",
    },
  };
}

/** Each picture has tokens of its own: sums that leave one out, or have it twice, are wrong. */
export function tokensOf(hash: string) {
  const number = Number.parseInt(hash.slice(0, 8), 16);
  return { inputTokens: 1_000 + (number % 997), outputTokens: 40 + (number % 211) };
}

/** Names the picture, so that a row with the answer to another one is found. */
const answerTo = ({ image: { sha256 } }: SeenCall): SpokenAnswer => ({
  kind: "output",
  usage: tokensOf(sha256),
  output: {
    ...{ store_image: true, text_content: null, store_name: null, business_contact: null },
    image_description: sha256,
  },
});

/** Lets so many calls be answered and has all others wait at the provider. */
export function holdAnswers(gemini: GeminiSimulator) {
  const waiting: { readonly hash: string; readonly go: () => void }[] = [];
  let allowed = 0;
  const pass = () => {
    for (; allowed > 0 && waiting.length > 0; allowed -= 1) waiting.shift()?.go();
  };
  gemini.answer(async (call) => {
    await new Promise<void>((go) => {
      waiting.push({ hash: call.image.sha256, go });
      pass();
    });
    return answerTo(call);
  });
  return {
    answer(count: number) {
      allowed += count;
      pass();
    },
    /** Pictures that the provider looks at. */
    held: () => waiting.map(({ hash }) => hash),
  };
}

/** When every request has its answer: a provider finishes, and bills, also what nobody waits for any more. */
export async function booksClosed({ books }: GeminiSimulator): Promise<void> {
  await vi.waitFor(() => {
    const open = books.entries.filter(({ status }) => status === null).length;
    if (open > 0) throw new Error(`${open} requests are under way`);
  }, 30_000);
}

/** Resolves once every row has a result, however long it takes. */
export async function allAnswered(client: AnalysisClient, batchId: string, timeout = 60_000): Promise<void> {
  await vi.waitFor(
    async () => {
      const { status, processed_count } = await client.progress(batchId);
      if (status !== "completed") throw new Error(`the batch is ${status} after ${processed_count} rows`);
    },
    { timeout, interval: 100 },
  );
}
