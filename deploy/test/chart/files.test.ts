import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { withChartSettings } from "../../../server/src/platform/chart-settings.ts";

const read = (name: string) => readFileSync(new URL(`../../helm/fovea/${name}`, import.meta.url), "utf8");

test("values.schema.json takes the chart's own values, and nothing that is misspelt", () => {
  const schema: unknown = JSON.parse(read("values.schema.json"));
  const ajv = new Ajv({ strict: true, strictTypes: false, strictRequired: false, allErrors: true });
  const validate = ajv.compile(z.record(z.string(), z.unknown()).parse(schema));
  const values = z.record(z.string(), z.unknown()).parse(parse(read("values.yaml")));
  expect(validate(values) ? "" : ajv.errorsText(validate.errors)).toBe("");
  for (const name of Object.keys(values)) {
    expect(validate({ ...values, [`${name}s`]: values[name] })).toBe(false);
  }
});

test("values.schema.json knows today's settings; `npm run docs` writes them", () => {
  const schema = read("values.schema.json");
  expect(withChartSettings(schema)).toBe(schema);
  expect(schema).toMatch(/"LOG_LEVEL": \{/);
  // In values they could be read by everybody.
  for (const name of ["API_KEY", "DATABASE_URL", "REDIS_URL", "WEBHOOK_SECRET", "ADMIN_TOKEN"]) {
    expect(schema).not.toContain(`"${name}"`);
  }
});

test("the chart has the version of the service", () => {
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")));
  expect(parse(read("Chart.yaml"))).toMatchObject({ version, appVersion: version });
});

test("the chart has today's rules of Prometheus; `npm run docs` copies them", () => {
  const rules = new URL("../../prometheus/fovea.rules.yaml", import.meta.url);
  expect(read("files/fovea.rules.yaml")).toBe(readFileSync(rules, "utf8"));
});
