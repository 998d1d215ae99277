import { onTestFinished } from "vitest";
import type {
  HostedCall,
  HostedProvider,
  HostedProviderSettings,
  ProviderFailure,
} from "../../src/models/hosted/provider.ts";
import { ProviderError } from "../../src/models/hosted/provider.ts";
import type { ScriptedServer, WireForm } from "../simulators/scripted-server.ts";
import { errorOf, instruction, output, picture } from "./vision-conformance.ts";

/** One adapter before one simulator of its provider, which answers with the suite's `output`. */
export async function adapterWorld(
  create: (settings: HostedProviderSettings) => HostedProvider,
  starting: Promise<ScriptedServer>,
) {
  const remote = await starting;
  onTestFinished(() => remote.close());
  remote.answer({ kind: "output", output });
  const provider = create({ baseUrl: remote.url, deadlineMs: 20_000 });
  const ask = (changes: Partial<HostedCall> = {}) =>
    provider.ask({
      model: remote.model,
      apiKey: remote.key,
      image: picture(),
      format: "jpeg",
      width: 10,
      height: 10,
      instruction,
      maxOutputTokens: 500,
      signal: new AbortController().signal,
      ...changes,
    });
  const failure = async (changes: Partial<HostedCall> = {}): Promise<ProviderFailure> => {
    const error = await errorOf(ask(changes));
    if (!(error instanceof ProviderError)) throw error;
    return error.failure;
  };
  return {
    remote,
    ask,
    failure,
    /** How a call fails that ends with `form`. */
    failureFor(form: WireForm): Promise<ProviderFailure> {
      remote.answerWith(form);
      return failure();
    },
  };
}
