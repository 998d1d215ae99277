import { beforeAll, expect, test } from "vitest";
import { ensureInstalled } from "../../../scripts/install.mjs";
import { kubernetesPackages, problemsOf } from "../kubernetes/schemas.ts";
import { cases, least } from "./cases.ts";
import { describeChart } from "./describe-chart.ts";
import { podsOf, selects } from "./objects.ts";

describeChart("objects of the chart", (chart) => {
  beforeAll(() => ensureInstalled({ root: kubernetesPackages, announce: () => {} }), 120_000);

  test("all are what Kubernetes, KEDA and the Prometheus operator take, whatever the values", async () => {
    const objects = Object.values(cases).flatMap((values) => chart.render(values).all);
    expect(objects.length).toBeGreaterThan(100);
    expect(await problemsOf(objects)).toEqual([]);
    // Neither would find nothing wrong with anything.
    const budget = chart.render(least).the("PodDisruptionBudget", "fovea-api");
    expect(await problemsOf([{ ...budget, spec: { ...budget.spec, selector: 1 } }])).toHaveLength(2);
    expect(await problemsOf([{ ...budget, misspelt: true }])).toHaveLength(1);
  });

  test("names and labels of two releases in one namespace are each other's nowhere", () => {
    const pairs = [
      ["fovea", "fovea-api"],
      ["a", "a-fovea"],
      ["a".repeat(53), `${"a".repeat(52)}b`],
    ] as const;
    const values = {
      ...cases["KEDA"],
      ...{ serviceMonitor: { enabled: true }, config: { TRUST_PROXY: "10.0.0.0/8" } },
      ...{ sharedFolder: { create: true }, ingress: { enabled: true, hosts: ["images.example.com"] } },
    };
    for (const names of pairs) {
      const [one, other] = names.map((name) => chart.render(values, { name }));
      if (!one || !other) throw new Error("Expected two.");
      const identities = [one, other].map(
        (objects) => new Set(objects.all.map(({ kind, metadata }) => `${kind} ${metadata.name}`)),
      );
      expect(identities[0]?.size).toBe(one.all.length);
      expect([...(identities[0] ?? [])].filter((identity) => identities[1]?.has(identity))).toEqual([]);
      for (const { metadata } of one.all) {
        expect(metadata.name.length).toBeLessThanOrEqual(63);
        expect(metadata.namespace).toBe("images");
        for (const value of Object.values(metadata.labels)) {
          expect(value).toMatch(/^(?=.{1,63}$)[A-Za-z0-9]([\w.-]*[A-Za-z0-9])?$/);
        }
      }
      const foreign = podsOf(other).map((pod) => pod.metadata.labels);
      const selectors = [
        ...[...one.of("Deployment").values()].map(({ spec }) => spec.selector.matchLabels),
        ...[...one.of("PodDisruptionBudget").values()].map(({ spec }) => spec.selector.matchLabels),
        ...[...one.of("NetworkPolicy").values()].map(({ spec }) => spec.podSelector.matchLabels),
        ...[...one.of("Service").values()].map(({ spec }) => spec.selector),
      ];
      expect(selectors.length).toBeGreaterThan(8);
      expect(selectors.filter((wanted) => foreign.some((labels) => selects(wanted, labels)))).toEqual([]);
    }
  });

  test("names that look like numbers stay names", () => {
    const objects = chart.render(
      { ...least, existingSecret: "1234", serviceAccount: { create: false, name: "0755" } },
      { name: "1", namespace: "42" },
    );
    expect(objects.the("Deployment", "1-api").metadata).toMatchObject({
      namespace: "42",
      labels: { "app.kubernetes.io/instance": "1" },
    });
    expect(objects.the("Deployment", "1-api").spec.template.spec.serviceAccountName).toBe("0755");
  });

  test("data stays when the chart is uninstalled, and no object of it is a Secret", () => {
    const claims = ["a single pod", "a shared folder of its own"].flatMap((name) => [
      ...chart
        .render(cases[name] ?? {})
        .of("PersistentVolumeClaim")
        .values(),
    ]);
    expect(claims.map(({ metadata, spec }) => [metadata.name, spec.accessModes])).toEqual([
      ["fovea-data", ["ReadWriteOnce"]],
      ["fovea-files", ["ReadWriteMany"]],
    ]);
    for (const { metadata } of claims) expect(metadata.annotations["helm.sh/resource-policy"]).toBe("keep");
    for (const values of Object.values(cases)) {
      expect(chart.render(values).all.filter(({ kind }) => kind === "Secret")).toEqual([]);
    }
  });

  test("the notes name what there is, and count the connections of an upgrade", () => {
    const notes = chart.notes({ ...cases["KEDA"], config: { ...least.config, DATABASE_POOL_SIZE: 5 } });
    expect(notes).toContain("deployment/fovea-api");
    // 6 api pods and 20 workers at most, and one more of each while they are replaced.
    expect(notes).toMatch(/Up to 28 processes .* up to 6 connections/);
    expect(notes).toContain("above 168");
    expect(notes).not.toContain("WARNING");
    expect(chart.notes(cases["an Ingress with TLS, below a path"] ?? {})).toContain(
      "Open https://images.example.com/images/",
    );
    const open = { ...least, config: { ...least.config, AUTH: false }, networkPolicy: { enabled: false } };
    expect(chart.notes(open).match(/WARNING/g)).toHaveLength(2);
    expect(chart.notes(cases["a single pod"] ?? {})).not.toContain("max_connections");
  });
});
