import { writeFileSync } from "node:fs";
import { configurationPage } from "./platform/configuration-page.ts";
import { failuresPage } from "./platform/failures-page.ts";

const write = (name: string, text: string) =>
  writeFileSync(new URL(`../../docs/${name}`, import.meta.url), text);

/** Writes the pages of `docs/` that are generated. */
write("configuration.md", configurationPage());
write("errors.md", failuresPage());
