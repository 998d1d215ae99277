import { writeFileSync } from "node:fs";
import { configurationPage } from "./platform/configuration-page.ts";

/** Writes the pages of `docs/` that are generated. */
writeFileSync(new URL("../../docs/configuration.md", import.meta.url), configurationPage());
