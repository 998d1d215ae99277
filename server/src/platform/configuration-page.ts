import { z } from "zod";
import type { Setting } from "./settings/kinds.ts";
import { settings } from "./settings.ts";

const described = z.object({
  group: z.string(),
  description: z.string(),
  default: z.string(),
});

const introduction = `# Configuration

Every setting is an environment variable, and all of them have a default: the service starts with none.

- An empty variable counts as absent.
- Everything is checked at start. Mistakes are reported together, each by the name of its variable, and the service does
  not start with one. What was set is not repeated, since it may be a secret.
- A file \`.env\` in the working folder is read as well (\`NAME=value\`, one a line). What the environment sets wins over it.
- On or off: \`on\`, \`true\`, \`1\`, \`yes\` and \`off\`, \`false\`, \`0\`, \`no\`. Lists are separated by commas.

**Secrets.** \`JWT_SECRET_KEY\` and \`WEBHOOK_SECRET\` are generated at the first start, and kept in
\`DATA_DIR/secrets.json\`, which only its owner may read. Processes that share a \`DATA_DIR\` share them; where they do not,
set both. Secrets are not logged.
`;

/** The text of `docs/configuration.md`, generated from the table of settings. */
export function configurationPage(): string {
  const groups = new Map<string, string[]>();
  for (const [name, schema] of Object.entries(settings)) {
    const setting: Setting = described.parse(schema.meta());
    const rows = groups.get(setting.group) ?? [];
    rows.push(row(name, setting));
    groups.set(setting.group, rows);
  }
  const tables = [...groups].map(
    ([group, rows]) => `
## ${group}

| variable | default | meaning |
| --- | --- | --- |
${rows.join("\n")}
`,
  );
  return `${introduction}${tables.join("")}
This page is generated from \`server/src/platform/settings/\` by \`npm run docs\`.
`;
}

const row = (name: string, { default: fallback, description }: Setting) =>
  `| \`${name}\` | ${cell(fallback)} | ${cell(description)} |`;

/** A bar would end the cell. */
const cell = (text: string) => text.replaceAll("|", "\\|");
