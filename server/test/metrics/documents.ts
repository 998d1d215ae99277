import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";

const read = (name: string) => readFileSync(new URL(`../../../${name}`, import.meta.url), "utf8");

const rulesSchema = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.union([
          z.strictObject({ record: z.string(), expr: z.string() }),
          z.strictObject({
            alert: z.string(),
            expr: z.string(),
            for: z.string().optional(),
            labels: z.strictObject({ severity: z.enum(["critical", "warning"]) }),
            annotations: z.strictObject({
              summary: z.string(),
              description: z.string(),
              runbook: z.string(),
            }),
          }),
        ]),
      ),
    }),
  ),
});

const testsSchema = z.object({ tests: z.array(z.object({ name: z.string() })) });

export const rules = () =>
  rulesSchema.parse(parse(read("deploy/prometheus/fovea.rules.yaml"))).groups.flatMap((group) => group.rules);

export const alerts = () => rules().filter((rule) => "alert" in rule);
export const recorded = () => rules().filter((rule) => "record" in rule);

/** Names of the tests of the rules. */
export const ruleTests = () =>
  testsSchema.parse(parse(read("deploy/prometheus/fovea.rules.test.yaml"))).tests.map(({ name }) => name);

export const metricsPage = () => read("docs/metrics.md");

/** Metrics of the tables of the page: their labels, by name. */
export function documented(): Readonly<Record<string, readonly string[]>> {
  const codes = (cell: string) => [...cell.matchAll(/`(\w+)`/g)].map(([, code = ""]) => code);
  const rows = [...metricsPage().matchAll(/^\| (`fovea_[^|]*)\|([^|]*)\|/gm)];
  return Object.fromEntries(
    rows.flatMap(([, names = "", labels = ""]) => codes(names).map((name) => [name, codes(labels)])),
  );
}
