import { z } from "zod";
import { describe, httpUrl, list, oneOf, secretList, serviceAddress, text, wholeNumber } from "./kinds.ts";

/** Models and what else is asked with keys. */
export const providers = {
  GEMINI_API_KEYS: describe(
    secretList.default([]),
    "Providers",
    "–",
    "Comma list of keys; `group:key` puts keys of one project into one quota group. Aliases: `GOOGLE_API_KEYS`, `GOOGLE_API_KEY`.",
  ),
  GEMINI_MODEL: describe(text.optional(), "Providers", "see the catalog", "Vision model."),
  GEMINI_BASE_URL: describe(
    serviceAddress("https://generativelanguage.googleapis.com/v1beta"),
    "Providers",
    "`https://generativelanguage.googleapis.com/v1beta`",
    "Address of the Gemini API.",
  ),
  GEMINI_RPM_PER_KEY: describe(
    wholeNumber(1, 1_000_000).default(55),
    "Providers",
    "`55`",
    "Requests a minute of each quota group; a key without a group is one.",
  ),
  GEMINI_RPD_PER_KEY: describe(
    wholeNumber(1, 1_000_000_000).optional(),
    "Providers",
    "–",
    "Requests a day of each quota group, until midnight in California; absent: not limited here.",
  ),
  GEMINI_TPM_PER_KEY: describe(
    wholeNumber(1, 1_000_000_000).optional(),
    "Providers",
    "–",
    "Tokens a minute of each quota group; absent: not limited here.",
  ),
  GEMINI_BATCH_ROWS: describe(
    wholeNumber(1, 100_000).default(2_000),
    "Providers",
    "`2000`",
    "Rows of a job in the batch lane at most; a file of 200 MB is full with fewer.",
  ),
  GEMINI_BATCH_FILL_SECONDS: describe(
    wholeNumber(0, 3600).default(20),
    "Providers",
    "`20`",
    "A job of the batch lane that no row came to for so long is handed over, full or not.",
  ),
  GEMINI_BATCH_POLL_SECONDS: describe(
    wholeNumber(1, 3600).default(300),
    "Providers",
    "`300`",
    "Longest time between two looks at a job of the batch lane; in its first minutes it is looked at more often.",
  ),
  OPENAI_API_KEY: describe(
    secretList.default([]),
    "Providers",
    "–",
    "Vision and images. Comma list of keys; `group:key` puts keys of one organization into one quota group.",
  ),
  OPENAI_BASE_URL: describe(
    serviceAddress("https://api.openai.com/v1"),
    "Providers",
    "`https://api.openai.com/v1`",
    "Address of OpenAI, or of a compatible server such as Ollama, llama.cpp, vLLM or LM Studio, which may need no key.",
  ),
  OPENAI_VISION_API: describe(
    oneOf(["responses", "chat"]).optional(),
    "Providers",
    "`responses` at OpenAI, `chat` elsewhere",
    "Which of OpenAI's APIs the server has: `responses`, or `chat/completions`.",
  ),
  OPENAI_VISION_MODEL: describe(
    z.string().transform(list).optional(),
    "Providers",
    "see the catalog; of another server none",
    "Vision model. Of a compatible server a comma list of the models that batches may name, the usual one first.",
  ),
  OPENAI_MODEL: describe(
    text.optional(),
    "Providers",
    "`gpt-image-2` at OpenAI, elsewhere none",
    "Model for images.",
  ),
  OPENAI_IMAGE_SIZE: describe(
    z
      .string()
      .regex(/^\d{2,4}x\d{2,4}$/, { error: "expected a size such as 1024x1024" })
      .default("1024x1024"),
    "Providers",
    "`1024x1024`",
    "Size of pictures of OpenAI's models where none is asked for.",
  ),
  OPENAI_RATE_LIMIT_RPM: describe(
    wholeNumber(1, 1_000_000).optional(),
    "Providers",
    "`50` at OpenAI, none elsewhere",
    "Requests a minute of each quota group.",
  ),
  OPENAI_RATE_LIMIT_TPM: describe(
    wholeNumber(1, 1_000_000_000).optional(),
    "Providers",
    "`40000` at OpenAI, none elsewhere",
    "Tokens a minute of each quota group.",
  ),
  OPENAI_CONCURRENCY: describe(
    wholeNumber(1, 10_000).optional(),
    "Providers",
    "`4` of a compatible server, else none",
    "Requests that a process has under way at a time: as many as a server of your own works on at once.",
  ),
  ANTHROPIC_API_KEY: describe(
    secretList.default([]),
    "Providers",
    "–",
    "Vision. Comma list of keys; `group:key` puts keys of one organization into one quota group.",
  ),
  ANTHROPIC_MODEL: describe(text.optional(), "Providers", "see the catalog", "Vision model."),
  ANTHROPIC_BASE_URL: describe(
    serviceAddress("https://api.anthropic.com/v1"),
    "Providers",
    "`https://api.anthropic.com/v1`",
    "Address of the Anthropic API.",
  ),
  ANTHROPIC_RPM_PER_KEY: describe(
    wholeNumber(1, 1_000_000).default(50),
    "Providers",
    "`50`",
    "Requests a minute of each quota group; a key without a group is one.",
  ),
  ANTHROPIC_TPM_PER_KEY: describe(
    wholeNumber(1, 1_000_000_000).optional(),
    "Providers",
    "–",
    "Tokens a minute of each quota group, those of questions and answers together; absent: not limited here.",
  ),
  VISION_MODEL: describe(
    text.optional(),
    "Providers",
    "that of Gemini, OpenAI, Anthropic or the compatible server, whichever is configured first in this order",
    "Model of batches that name none; `local` for the offline one.",
  ),
  REPLICATE_API_TOKEN: describe(
    secretList.default([]),
    "Providers",
    "–",
    "Generation. Comma list of tokens; `group:token` puts tokens of one account into one quota group.",
  ),
  REPLICATE_MODEL: describe(
    text.default("black-forest-labs/flux-schnell"),
    "Providers",
    "`black-forest-labs/flux-schnell`",
    "Generation model: `owner/name`, or `owner/name:version`.",
  ),
  REPLICATE_RATE_LIMIT_RPM: describe(
    wholeNumber(1, 1_000_000).default(600),
    "Providers",
    "`600`",
    "Predictions a minute of each quota group.",
  ),
  REPLICATE_BASE_URL: describe(
    serviceAddress("https://api.replicate.com/v1"),
    "Providers",
    "`https://api.replicate.com/v1`",
    "Address of the Replicate API.",
  ),
  GEMINI_IMAGE_MODEL: describe(
    text.default("gemini-nano-banana-2.1"),
    "Providers",
    "`gemini-nano-banana-2.1`",
    "Generation model.",
  ),
  A1111_BASE_URL: describe(
    httpUrl.optional(),
    "Providers",
    "–",
    "Generation: a server with the API of AUTOMATIC1111's web UI, such as stable-diffusion.cpp, Forge or SD.Next.",
  ),
  A1111_CREDENTIALS: describe(
    text.optional(),
    "Providers",
    "–",
    "`user:password`, where the server asks for them.",
  ),
  A1111_MODEL: describe(
    text.default("default"),
    "Providers",
    "`default`, which is what the server has loaded",
    "Its model.",
  ),
  A1111_CONCURRENCY: describe(
    wholeNumber(1, 1_000).default(1),
    "Providers",
    "`1`",
    "Starts that a process has under way there at a time.",
  ),
  IMGUR_CLIENT_ID: describe(
    text.optional(),
    "Providers",
    "–",
    "Client-ID of an application at Imgur: images of catalogs go there instead of into the storage, where Imgur takes them.",
  ),
  IMGUR_BASE_URL: describe(
    serviceAddress("https://api.imgur.com/3"),
    "Providers",
    "`https://api.imgur.com/3`",
    "Address of the Imgur API.",
  ),
} as const;
