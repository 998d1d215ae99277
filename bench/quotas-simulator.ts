/**
 * The simulated Gemini in a process of its own, so that nobody's load delays its clock: limits in an exact sliding
 * window of a minute, a project for each key, answers after 150 to 1 500 ms.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { startGemini } from "../server/test/simulators/gemini.ts";
import type { Json } from "../server/test/simulators/vision-simulator.ts";

export interface SimulatorOrder {
  readonly keys: readonly string[];
  /** Requests that each key may send in any 60 seconds. */
  readonly perMinute: number;
}

/** Each is answered, in the order of asking. */
export type SimulatorQuestion =
  /** → `number`: milliseconds of its clock. */
  | { readonly ask: "now" }
  /** → the time, likewise: from now on this key is answered with 503, for so long. */
  | { readonly ask: "fail"; readonly key: string; readonly milliseconds: number }
  /** → {@link SimulatorBooks} */
  | { readonly ask: "books" };

export interface SimulatorBooks {
  readonly arrivals: readonly Arrival[];
  /** The longest time for which its process stood still. */
  readonly stalledMs: number;
}

export interface Arrival {
  readonly at: number;
  readonly key: string;
  readonly outcome: "answered" | "refused" | "failed";
}

const facts: Json = {
  store_image: false,
  text_content: null,
  store_name: null,
  business_contact: null,
  image_description: "A picture.",
};

const order: SimulatorOrder = JSON.parse(process.argv[2] ?? "{}");
const gemini = await startGemini({
  keys: Object.fromEntries(order.keys.map((key) => [key, key])),
  limits: { requestsPerMinute: order.perMinute, requestsPerDay: null, inputTokensPerMinute: null },
  latency: { fromMs: 150, toMs: 1_500, seed: 6 },
});
gemini.answer({ kind: "output", output: facts });
const delays = monitorEventLoopDelay({ resolution: 10 });
delays.enable();

const answer = (question: SimulatorQuestion): number | SimulatorBooks => {
  switch (question.ask) {
    case "now":
      return performance.now();
    case "fail":
      gemini.failFor(question.key, question.milliseconds);
      return performance.now();
    case "books":
      return {
        arrivals: gemini.books.entries.map(({ at, key, status, violation }) => ({
          at,
          key,
          outcome: violation ? "refused" : status === 200 ? "answered" : "failed",
        })),
        stalledMs: delays.max / 1e6,
      };
  }
};
process.once("disconnect", () => process.exit());
process.on("message", (question: SimulatorQuestion) => process.send?.(answer(question)));
process.send?.(gemini.url);
