import type { ProviderSetup } from "./features/operations/setup-routes.ts";
import {
  createAnthropicKeyCheck,
  createGeminiKeyCheck,
  createOpenAiKeyCheck,
} from "./models/hosted/key-check.ts";
import { createReplicateKeyCheck } from "./models/images/replicate/key-check.ts";
import type { Config } from "./platform/config.ts";
import { isOpenAi } from "./provider-keys.ts";

/** Whoever tries a key waits for the answer. */
const deadlineMs = 10_000;

/** The providers that a key, or an address, makes usable, and what each would add. */
export function providerSetups(config: Config): readonly ProviderSetup[] {
  const at = (baseUrl: string) => ({ baseUrl, deadlineMs });
  return [
    {
      name: "gemini",
      title: "Google Gemini",
      setting: "GEMINI_API_KEYS",
      configured: config.GEMINI_API_KEYS.length > 0,
      adds: [
        "Answers questions about images, with facts in columns that you choose.",
        "Does so for half the price in its batch lane, within about a day.",
        "Makes pictures and icons.",
      ],
      checkKey: createGeminiKeyCheck(at(config.GEMINI_BASE_URL)),
    },
    {
      name: "openai",
      title: isOpenAi(config) ? "OpenAI" : "OpenAI-compatible server",
      setting: "OPENAI_API_KEY",
      // A server of one's own may need no key.
      configured: config.OPENAI_API_KEY.length > 0 || !isOpenAi(config),
      adds: [
        "Answers questions about images, with facts in columns that you choose.",
        "Makes pictures, and icons on a transparent background.",
      ],
      checkKey: createOpenAiKeyCheck(at(config.OPENAI_BASE_URL)),
    },
    {
      name: "anthropic",
      title: "Anthropic Claude",
      setting: "ANTHROPIC_API_KEY",
      configured: config.ANTHROPIC_API_KEY.length > 0,
      adds: ["Answers questions about images, with facts in columns that you choose."],
      checkKey: createAnthropicKeyCheck(at(config.ANTHROPIC_BASE_URL)),
    },
    {
      name: "replicate",
      title: "Replicate",
      setting: "REPLICATE_API_TOKEN",
      configured: config.REPLICATE_API_TOKEN.length > 0,
      adds: ["Makes pictures and icons with FLUX and other open models."],
      checkKey: createReplicateKeyCheck(at(config.REPLICATE_BASE_URL)),
    },
    {
      name: "a1111",
      title: "Stable Diffusion server",
      setting: "A1111_BASE_URL",
      configured: config.A1111_BASE_URL !== undefined,
      adds: ["Makes pictures and icons on a machine of your own, for free."],
      checkKey: null,
    },
    {
      name: "imgur",
      title: "Imgur",
      setting: "IMGUR_CLIENT_ID",
      configured: config.IMGUR_CLIENT_ID !== undefined,
      adds: ["Gives the smaller images of a catalog addresses at Imgur instead of here."],
      checkKey: null,
    },
  ];
}
