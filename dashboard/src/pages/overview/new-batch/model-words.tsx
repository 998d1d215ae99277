import type { GetSetupAnswer } from "@fovea/client";
import { Code, Text } from "@mantine/core";

type Model = GetSetupAnswer["analysis"]["models"][number];

const providers: Readonly<Record<string, string>> = {
  local: "runs here, free",
  gemini: "Google Gemini",
  openai: "OpenAI",
  anthropic: "Anthropic",
  compatible: "your own server",
};

export const modelLabel = ({ name, provider }: Pick<Model, "name" | "provider">): string =>
  `${name} · ${providers[provider] ?? provider}`;

/** What the model without a key does, and what it cannot. */
export function NoKeyNote({ model }: { readonly model: Pick<Model, "name" | "provider"> }) {
  if (model.provider !== "local") return null;
  return (
    <Text size="sm" c="dimmed">
      <Code>{model.name}</Code> needs no key: it reads the text in pictures, finds names and contacts in it,
      and describes colours and sizes. It does not understand scenes, and follows no instruction.
    </Text>
  );
}
