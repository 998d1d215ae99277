import { expect, test } from "vitest";
import { loadConfig } from "../../../server/src/platform/config.ts";
import { settings } from "../../../server/src/platform/settings.ts";
import { cases, least, secret } from "./cases.ts";
import { describeChart } from "./describe-chart.ts";
import { containerOf, environmentOf } from "./environment.ts";
import { podsOf, selects } from "./objects.ts";

describeChart("pods of the chart", (chart) => {
  test("each configuration is one that the service starts with", () => {
    const roles = Object.entries(cases).map(([what, values]) => {
      const objects = chart.render(values);
      return Object.fromEntries(
        [...objects.of("Deployment").values()].map(({ spec }) => {
          const [container] = spec.template.spec.containers;
          const names = container.env.map(({ name }) => name);
          expect([...new Set(names)]).toEqual(names);
          expect(names.filter((name) => !Object.hasOwn(settings, name) && name !== "TZ")).toEqual([]);
          const config = loadConfig(environmentOf(container));
          expect(config).toMatchObject({
            ...{ ENVIRONMENT: "production", AUTH: "all", HOST: "0.0.0.0", PORT: 8000, METRICS_PORT: 9090 },
            DATA_DIR: "/data",
          });
          // No name is taken for a service's: the one that Kubernetes itself would set is left out.
          expect(spec.template.spec["enableServiceLinks"]).toBe(false);
          return [container.name, [what, config.ROLE]];
        }),
      );
    });
    expect(roles[0]).toEqual({
      api: ["the least that is needed", "api"],
      worker: ["the least that is needed", "worker"],
    });
    expect(roles[1]).toEqual({ api: ["a single pod", "all"] });
    expect(roles).toHaveLength(Object.keys(cases).length);
  });

  test("values of YAML are the texts that settings expect", () => {
    const config = {
      ...least.config,
      ...{ GEMINI_TPM_PER_KEY: 4_000_000, SHUTDOWN_DELAY_SECONDS: 0, ORIGIN_RATE_PER_SECOND: 0.5 },
      // `off` and `on` of YAML.
      ...{ AUTH: false, RATE_LIMITS: false, ANALYSIS_RATE_LIMIT: false, SAMPLE: true, LOG_LEVEL: null },
    };
    const worker = { config: { SHUTDOWN_GRACE_SECONDS: 120, MAX_CONCURRENT_WORKERS: 1_000 } };
    const environment = environmentOf(
      containerOf(chart.render({ ...least, config, worker }), "fovea-worker"),
    );
    expect(environment).toMatchObject({
      ...{ GEMINI_TPM_PER_KEY: "4000000", SHUTDOWN_DELAY_SECONDS: "0", ORIGIN_RATE_PER_SECOND: "0.5" },
      ...{ AUTH: "off", RATE_LIMITS: "off", ANALYSIS_RATE_LIMIT: "off", SAMPLE: "on" },
      ...{ SHUTDOWN_GRACE_SECONDS: "120", MAX_CONCURRENT_WORKERS: "1000" },
    });
    expect(environment).not.toHaveProperty("LOG_LEVEL");
  });

  test("a key that is missing in the Secret is missed by Kubernetes, or by the service, and never made up", () => {
    const container = containerOf(chart.render(least), "fovea-api");
    expect(container.env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef ?? [])).toEqual([
      { name: "fovea", key: "DATABASE_URL" },
      { name: "fovea", key: "JWT_SECRET_KEY" },
      { name: "fovea", key: "WEBHOOK_SECRET" },
    ]);
    expect(() => loadConfig(environmentOf(container, { ...secret, DATABASE_URL: "" }))).toThrow(
      /DATABASE_MIGRATIONS: .* DATABASE_URL names none/,
    );
    expect(() => loadConfig(environmentOf(container, { ...secret, WEBHOOK_SECRET: "" }))).toThrow(
      /WEBHOOK_SECRET: ROLE=api has other processes/,
    );
  });

  test("a variable of one's own is there once, instead of the chart's", () => {
    const address = { secretKeyRef: { name: "database-app", key: "uri" } };
    const objects = chart.render({
      ...least,
      extraEnv: [
        { name: "DATABASE_URL", valueFrom: address },
        { name: "LOG_LEVEL", value: "debug" },
      ],
    });
    for (const { spec } of podsOf(objects).filter((pod) => pod.spec.containers[0].name !== "test")) {
      const { env } = spec.containers[0];
      expect(env.filter(({ name }) => name === "DATABASE_URL")).toEqual([
        { name: "DATABASE_URL", valueFrom: address },
      ]);
      expect(env.filter(({ name }) => name === "LOG_LEVEL")).toEqual([{ name: "LOG_LEVEL", value: "debug" }]);
    }
  });

  test("every pod meets the restricted Pod Security Standard, and knows no token of the cluster", () => {
    const pods = Object.values(cases).flatMap((values) => podsOf(chart.render(values)));
    expect(pods.length).toBeGreaterThan(3 * Object.keys(cases).length);
    for (const { spec } of pods) {
      expect(spec.automountServiceAccountToken).toBe(false);
      expect(spec.securityContext).toMatchObject({
        ...{ runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
      });
      expect(spec.containers[0].securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
      expect(Object.keys(spec)).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/^host(Network|PID|IPC)$/)]),
      );
      for (const volume of spec.volumes.filter(({ name }) => name !== "more")) {
        // What only the node would limit could fill it.
        expect(volume.emptyDir?.sizeLimit ?? volume.persistentVolumeClaim?.claimName).toMatch(/./);
      }
      // Memory has a limit, so that one pod never takes a node's; and a scheduler knows what a pod takes.
      expect(spec.containers[0].resources.limits).toHaveProperty("memory");
      expect(spec.containers[0].resources.requests).toHaveProperty("memory");
    }
  });

  test("what a pod writes, it may write: the rest is read-only", () => {
    for (const values of Object.values(cases)) {
      const objects = chart.render(values);
      for (const { spec } of objects.of("Deployment").values()) {
        const { containers, volumes } = spec.template.spec;
        const mounts = new Map(containers[0].volumeMounts.map(({ name, mountPath }) => [mountPath, name]));
        const config = loadConfig(environmentOf(containers[0]));
        const written = [config.DATA_DIR, "/tmp", config.IMAGE_STORAGE_PATH ?? config.DATA_DIR];
        for (const path of written.filter((each) => !each.startsWith("s3://"))) {
          expect(volumes.map(({ name }) => name)).toContain(mounts.get(path));
        }
      }
    }
  });

  test("requests go to api pods alone, metrics are read of api and workers", () => {
    const objects = chart.render(least);
    const reached = (name: string) =>
      podsOf(objects)
        .map(({ metadata }) => metadata.labels)
        .filter((labels) => selects(objects.the("Service", name).spec.selector, labels))
        .map((labels) => labels["app.kubernetes.io/component"]);
    expect(reached("fovea-api")).toEqual(["api"]);
    expect(reached("fovea-metrics")).toEqual(["api", "worker"]);
    for (const [name, port] of [
      ["fovea-api", "http"],
      ["fovea-metrics", "metrics"],
    ] as const) {
      expect(objects.the("Service", name).spec.ports.map(({ targetPort }) => targetPort)).toEqual([port]);
      expect(containerOf(objects, "fovea-worker").ports.map((each) => each.name)).toContain(port);
    }
  });

  test("a Deployment knows its own pods, and a budget lets one of them go, however few there are", () => {
    for (const values of Object.values(cases)) {
      const objects = chart.render(values);
      for (const { metadata, spec } of objects.of("Deployment").values()) {
        const known = podsOf(objects).filter((pod) =>
          selects(spec.selector.matchLabels, pod.metadata.labels),
        );
        expect(known.map((pod) => pod.spec.containers[0].name)).toEqual([
          spec.template.spec.containers[0].name,
        ]);
        const budget = objects.of("PodDisruptionBudget").get(metadata.name);
        if (!budget) continue;
        expect(budget.spec.selector).toEqual(spec.selector);
        expect(Object.keys(budget.spec)).not.toContain("minAvailable");
        expect(Number.parseInt(String(budget.spec.maxUnavailable), 10)).toBeGreaterThanOrEqual(1);
      }
    }
    expect(chart.render(cases["a single pod"] ?? {}).of("PodDisruptionBudget").size).toBe(0);
  });

  test("nothing is killed before its time is over: delay, grace, and ten seconds more", () => {
    const grace = (values: object, name: string) =>
      chart.render({ ...least, ...values }).the("Deployment", name).spec.template.spec
        .terminationGracePeriodSeconds;
    expect(grace({}, "fovea-api")).toBe(40);
    const values = {
      config: { ...least.config, SHUTDOWN_GRACE_SECONDS: 60 },
      api: { config: { SHUTDOWN_DELAY_SECONDS: 0 } },
      worker: { config: { SHUTDOWN_GRACE_SECONDS: 300 } },
    };
    expect(grace(values, "fovea-api")).toBe(70);
    expect(grace(values, "fovea-worker")).toBe(315);
    // The service's own default.
    expect(grace({ config: { ...least.config, SHUTDOWN_GRACE_SECONDS: null } }, "fovea-api")).toBe(40);
  });

  test("an api pod is replaced when another is ready, and the one pod of a folder when it is gone", () => {
    expect(chart.render(least).the("Deployment", "fovea-api").spec.strategy).toEqual({
      type: "RollingUpdate",
      rollingUpdate: { maxUnavailable: 0, maxSurge: 1 },
    });
    const single = chart.render(cases["a single pod"] ?? {});
    expect(single.of("Deployment").size).toBe(1);
    expect(single.the("Deployment", "fovea-api").spec).toMatchObject({
      ...{ replicas: 1, strategy: { type: "Recreate" } },
    });
  });

  test("probes ask below the base path, and a start may take as long as the wait for the schema", () => {
    const { startupProbe, livenessProbe, readinessProbe } = containerOf(
      chart.render(cases["an Ingress with TLS, below a path"] ?? {}),
      "fovea-worker",
    );
    expect([startupProbe, livenessProbe, readinessProbe].map((probe) => probe?.httpGet)).toEqual([
      { path: "/images/health/live", port: "http" },
      { path: "/images/health/live", port: "http" },
      { path: "/images/health/ready", port: "http" },
    ]);
    const patience = (startupProbe?.periodSeconds ?? 0) * (startupProbe?.failureThreshold ?? 0);
    expect(patience).toBeGreaterThan(5 * 60);
  });
});
