import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { settings } from "../../../server/src/platform/settings.ts";
import { cases, least } from "./cases.ts";
import { chartFolder, describeChart, Refused, type Values } from "./describe-chart.ts";

const schema: unknown = JSON.parse(readFileSync(join(chartFolder, "values.schema.json"), "utf8"));

describeChart("values of the chart", (chart) => {
  const ajv = new Ajv({ strict: true, strictTypes: false, strictRequired: false, allErrors: true });
  const validate = ajv.compile(schema as object);
  /** What Helm says before it renders anything. */
  const problems = (values: Values): string =>
    validate(chart.values(values)) ? "" : ajv.errorsText(validate.errors, { dataVar: "values" });

  test.each(Object.entries(cases))("are taken by the schema: %s", (_what, values) => {
    expect(problems(values)).toBe("");
  });

  const refused: Readonly<Record<string, [Values, RegExp]>> = {
    "a misspelt value": [{ ...least, replicas: 3 }, /values must NOT have additional properties/],
    "a misspelt value below": [{ ...least, api: { replica: 3 } }, /values\/api must NOT have additional/],
    "a setting that there is not": [
      { ...least, config: { LOGLEVEL: "debug" } },
      /values\/config must NOT have additional/,
    ],
    "a secret": [{ ...least, config: { API_KEY: "key" } }, /values\/config must NOT have additional/],
    "an address with a password": [
      { ...least, config: { DATABASE_URL: "postgres://user:password@host/database" } },
      /values\/config must NOT have additional/,
    ],
    "what the chart sets itself": [
      { ...least, worker: { config: { ROLE: "all" } } },
      /values\/worker\/config/,
    ],
    "a budget that lets no pod go": [
      { ...least, api: { podDisruptionBudget: { maxUnavailable: 0 } } },
      /values\/api\/podDisruptionBudget\/maxUnavailable/,
    ],
    "a percentage of none": [
      { ...least, worker: { podDisruptionBudget: { maxUnavailable: "0%" } } },
      /values\/worker\/podDisruptionBudget\/maxUnavailable/,
    ],
    "workers that nobody would start again": [
      { ...least, worker: { autoscaling: { type: "keda", minReplicas: 0 } } },
      /values\/worker\/autoscaling\/minReplicas/,
    ],
    "a label that the chart selects by": [
      { ...least, api: { podLabels: { "app.kubernetes.io/instance": "other" } } },
      /values\/api\/podLabels/,
    ],
    "no addresses for names": [{ ...least, networkPolicy: { dns: [] } }, /values\/networkPolicy\/dns/],
  };

  test.each(Object.entries(refused))("are refused by the schema: %s", (_what, [values, message]) => {
    expect(problems(values)).toMatch(message);
  });

  const contradictions: Readonly<Record<string, [Values, RegExp]>> = {
    "no Secret": [{ config: least.config }, /existingSecret: name the Secret with DATABASE_URL/],
    "pods that share no files": [
      { existingSecret: "fovea" },
      /config\.IMAGE_STORAGE_PATH: .* set s3:\/\/bucket\/prefix, or a ReadWriteMany volume/,
    ],
    "a folder of each pod": [
      { existingSecret: "fovea", config: { IMAGE_STORAGE_PATH: "/data/files" } },
      /config\.IMAGE_STORAGE_PATH: /,
    ],
    "files in two places": [
      { ...least, sharedFolder: { create: true } },
      /files are in sharedFolder already/,
    ],
    "files of a single pod in two places": [
      { mode: "single", existingSecret: "keys", sharedFolder: { create: true } },
      /sharedFolder: mode single keeps its files in the volume of data/,
    ],
    "a single pod that nobody may use": [{ mode: "single" }, /existingSecret: AUTH=all asks everybody/],
    "KEDA without Prometheus": [
      { ...least, worker: { autoscaling: { type: "keda" } } },
      /worker\.autoscaling\.prometheusAddress: say where/,
    ],
    "more workers at least than at most": [
      { ...least, worker: { autoscaling: { type: "external", minReplicas: 11 } } },
      /worker\.autoscaling: minReplicas is larger/,
    ],
    "more api pods at least than at most": [
      { ...least, api: { autoscaling: { enabled: true, maxReplicas: 1 } } },
      /api\.autoscaling: minReplicas is larger/,
    ],
    "an Ingress without a host": [{ ...least, ingress: { enabled: true } }, /ingress\.hosts: name at least/],
    "an Ingress that is not trusted": [
      { ...least, ingress: { enabled: true, hosts: ["images.example.com"] } },
      /config\.TRUST_PROXY: set the addresses of the pods of your ingress controller/,
    ],
    "a path of some pods": [
      { ...least, worker: { config: { BASE_PATH: "/images" } } },
      /worker\.config\.BASE_PATH: holds for all pods/,
    ],
    "notes for an account that is not made": [
      { ...least, serviceAccount: { create: false, annotations: { a: "b" } } },
      /serviceAccount\.annotations: .* annotate the one that is there/,
    ],
  };

  test.each(Object.entries(contradictions))(
    "are refused with what to do, by the chart itself: %s",
    (_what, [values, message]) => {
      // The schema has nothing against them.
      expect(problems(values)).toBe("");
      expect(() => chart.render(values)).toThrow(Refused);
      expect(() => chart.render(values)).toThrow(message);
    },
  );

  test("the examples of docs/kubernetes.md are taken", () => {
    const guide = readFileSync(new URL("../../../docs/kubernetes.md", import.meta.url), "utf8");
    const [installed, single, scaled, , account, ...more] = [...guide.matchAll(/```yaml\n(.*?)```/gs)].map(
      ([, text = ""]) => z.record(z.string(), z.unknown()).parse(parse(text)),
    );
    expect(more).toEqual([]);
    for (const values of [installed, single, { ...installed, ...scaled }, { ...installed, ...account }]) {
      expect(problems(values ?? {})).toBe("");
      expect(chart.render(values ?? {}).the("Deployment", "fovea-api").spec.replicas).toBeGreaterThan(0);
    }
    const keys = [...(guide.match(/<<SECRETS\n(.*?)SECRETS/s)?.[1] ?? "").matchAll(/^(\w+)=/gm)];
    expect(keys.length).toBeGreaterThan(5);
    expect(keys.map(([, name = ""]) => name).filter((name) => !Object.hasOwn(settings, name))).toEqual([]);
  });
});
