import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { withChartSettings } from "./platform/chart-settings.ts";
import { configurationPage } from "./platform/configuration-page.ts";
import { failuresPage } from "./platform/failures-page.ts";

const write = (name: string, text: string) =>
  writeFileSync(new URL(`../../docs/${name}`, import.meta.url), text);

/** Writes the pages of `docs/` that are generated, and what the chart has of our settings and rules. */
write("configuration.md", configurationPage());
write("errors.md", failuresPage());
const chart = new URL("../../deploy/helm/fovea/", import.meta.url);
const schema = new URL("values.schema.json", chart);
writeFileSync(schema, withChartSettings(readFileSync(schema, "utf8")));
// Helm reads nothing that is outside of a chart.
copyFileSync(
  new URL("../../deploy/prometheus/fovea.rules.yaml", import.meta.url),
  new URL("files/fovea.rules.yaml", chart),
);
