import type { Span, Trace } from "../../platform/tracing/trace.ts";
import type { VisionModel } from "../contract.ts";
import type { ImageProvider } from "../images/contract.ts";
import { type HostedProvider, ProviderError } from "./provider.ts";

/** As the conventions of OpenTelemetry for generative models call them; others by their own names. */
const knownAs: Readonly<Record<string, string>> = { gemini: "gcp.gemini", local: "fovea" };

type Operation = "chat" | "generate_content";

/** Tells of each call to a vision model; neither of the question nor of the answer. */
export const tracedProvider = (provider: HostedProvider, trace: Trace): HostedProvider => ({
  ...provider,
  ask: (call) =>
    calling(trace, operationOf(provider), { provider: provider.name, model: call.model }, async (span) => {
      const answer = await orFail(provider.ask(call), span);
      span.set({ "gen_ai.response.model": answer.model, ...tokens(answer.usage) });
      return answer;
    }),
});

/** Of the model that is part of this service. */
export const tracedModel = (model: VisionModel, trace: Trace): VisionModel => ({
  ...model,
  describe: (request) =>
    calling(trace, "generate_content", { provider: model.name, model: model.name }, () =>
      model.describe(request),
    ),
});

/** Tells of each start of a model that makes pictures: until they are there, or until it runs on by itself. */
export const tracedImages = (provider: ImageProvider, trace: Trace): ImageProvider => ({
  ...provider,
  start: (call) =>
    calling(trace, "generate_content", { provider: provider.name, model: call.model }, async (span) => {
      const started = await orFail(provider.start(call), span);
      span.set({ "fovea.outcome": started.as });
      if (started.as === "finished")
        span.set({ "gen_ai.response.model": started.status.model, ...tokens(started.status.usage) });
      return started;
    }),
});

const operationOf = ({ name }: HostedProvider): Operation =>
  name === "gemini" ? "generate_content" : "chat";

const calling = <Answer>(
  trace: Trace,
  operation: Operation,
  { provider, model }: { readonly provider: string; readonly model: string },
  work: (span: Span) => Promise<Answer>,
): Promise<Answer> =>
  trace(
    `${operation} ${model}`,
    {
      // What is part of this service waits for nobody else.
      ...(provider === "local" ? {} : { kind: "client" }),
      attributes: {
        "gen_ai.operation.name": operation,
        "gen_ai.provider.name": knownAs[provider] ?? provider,
        "gen_ai.request.model": model,
      },
    },
    work,
  );

async function orFail<Answer>(asked: Promise<Answer>, span: Span): Promise<Answer> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ProviderError) span.fail(error.failure.kind);
    throw error;
  }
}

const tokens = (usage: { readonly inputTokens: number; readonly outputTokens: number } | null) => ({
  "gen_ai.usage.input_tokens": usage?.inputTokens,
  "gen_ai.usage.output_tokens": usage?.outputTokens,
});
