import { z } from "zod";
import { settings } from "./settings.ts";

/** What the chart sets itself. */
const managed = ["ROLE", "PORT", "PORTS", "DATA_DIR", "METRICS_PORT", "DATABASE_MIGRATIONS"];

/** Addresses in which a password is usual: shown without it by the service, and yet no values of a chart. */
const withPasswords = ["DATABASE_URL", "DATABASE_LISTEN_URL", "REDIS_URL"];

const mayBeSecret = z.object({ secret: z.literal(true).optional() });

/** The settings that may be written into values of the Helm chart, where anybody in the cluster may read them. */
const chartSettings: readonly string[] = Object.entries(settings)
  .filter(([name]) => !managed.includes(name) && !withPasswords.includes(name))
  .filter(([, schema]) => mayBeSecret.parse(schema.meta()).secret !== true)
  .map(([name]) => name);

/**
 * `values.schema.json` of the chart with our settings as what `config` may have: a misspelt one is refused when the chart
 * is installed. The rest of the file is written by hand.
 */
export function withChartSettings(schema: string): string {
  const lines = chartSettings.map((name) => `        "${name}": { "$ref": "#/definitions/setting" }`);
  const written = /("\$comment": "Written by npm run docs\.",\n\s*"properties": \{\n)[\s\S]*?(\n {6}\})/;
  if (!written.test(schema)) throw new Error("values.schema.json has no place for the settings");
  return schema.replace(written, (_all, start: string, end: string) => `${start}${lines.join(",\n")}${end}`);
}
