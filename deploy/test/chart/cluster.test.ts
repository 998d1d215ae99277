import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { BlockList, isIPv6 } from "node:net";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { createAddressRule } from "../../../server/src/platform/outbound/addresses.ts";
import { describeWith } from "../../../server/test/needs.ts";
import { cases, least } from "./cases.ts";
import { describeChart } from "./describe-chart.ts";
import { type Objects, podsOf } from "./objects.ts";
import { temporaryFolder } from "./temporary-folder.ts";

interface Peer {
  readonly ipBlock?: { cidr: string; except: readonly string[] } | undefined;
}
interface Port {
  readonly port: number | string;
  readonly protocol: "TCP" | "UDP";
}
interface Policy {
  readonly spec: {
    readonly egress: readonly {
      to?: readonly Peer[] | undefined;
      ports?: readonly Port[] | undefined;
    }[];
  };
}

const contains = (cidrs: readonly string[], address: string): boolean => {
  const family = isIPv6(address) ? "ipv6" : "ipv4";
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [network = "", bits] = cidr.split("/");
    list.addSubnet(network, Number(bits), isIPv6(network) ? "ipv6" : "ipv4");
  }
  return list.check(address, family);
};

/** Whether a policy lets its pods connect to an address, as Kubernetes documents it. */
function lets({ spec }: Policy, address: string, port: number): boolean {
  return spec.egress.some(
    ({ to, ports }) =>
      (ports === undefined || ports.some((each) => each.port === port && each.protocol === "TCP")) &&
      (to === undefined ||
        to.some(
          ({ ipBlock }) => ipBlock && contains([ipBlock.cidr], address) && !contains(ipBlock.except, address),
        )),
  );
}

/** One of each kind of address that there is. */
const addresses = [
  ...["93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"],
  ...["169.254.169.254", "fd00:ec2::254", "100.100.100.200"],
  ...["10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1"],
  ...["127.0.0.1", "0.0.0.0", "192.0.0.8", "198.18.0.1", "224.0.0.1", "255.255.255.255"],
  ...[
    "::1",
    "fe80::1",
    "fc00::1",
    "ff02::1",
    "::ffff:10.0.0.1",
    "64:ff9b::a00:1",
    "2002:a00:1::1",
    "2001::1",
  ],
];

describeChart("the chart in its cluster", (chart) => {
  test("images are fetched from public addresses, and private ones are closed, as in the service", () => {
    const isPublic = createAddressRule([]);
    expect(addresses.filter((address) => isPublic(address)).length).toBeGreaterThan(2);
    for (const [, policy] of chart.render(least).of("NetworkPolicy")) {
      expect(policy.spec.policyTypes).toEqual(["Ingress", "Egress"]);
      for (const port of [80, 443, 8443]) {
        expect(addresses.filter((address) => lets(policy, address, port))).toEqual(
          addresses.filter((address) => isPublic(address)),
        );
      }
      // Azure's own address is public by its number.
      expect(lets(policy, "168.63.129.16", 80)).toBe(false);
      // The database and Redis are where their owner has them.
      expect(lets(policy, "10.0.0.1", 5432)).toBe(true);
      expect(lets(policy, "10.0.0.1", 6379)).toBe(true);
      expect(lets(policy, "169.254.20.10", 53)).toBe(true);
      expect(lets(policy, "10.0.0.1", 22)).toBe(false);
    }
    const narrow = chart.render(cases["narrow NetworkPolicies"] ?? {});
    for (const [, policy] of narrow.of("NetworkPolicy")) {
      expect(lets(policy, "10.20.0.7", 5432)).toBe(true);
      expect(lets(policy, "10.21.0.7", 5432)).toBe(false);
      expect(addresses.filter((address) => lets(policy, address, 443))).toEqual([]);
    }
  });

  test("the cluster calls the api, the monitoring reads metrics, and workers are called by nobody else", () => {
    const of = (objects: Objects, name: string) =>
      (objects.the("NetworkPolicy", name).spec.ingress ?? []).map(({ from, ports }) => [
        ports.map(({ port }) => port).join(),
        from.map(
          ({ namespaceSelector, podSelector }) =>
            namespaceSelector?.matchLabels["kubernetes.io/metadata.name"] ??
            podSelector?.matchLabels["app.kubernetes.io/component"] ??
            "any",
        ),
      ]);
    const objects = chart.render(least);
    const metrics = ["metrics", ["monitoring"]];
    expect(of(objects, "fovea-api")).toEqual([["http", ["any", "test"]], metrics]);
    expect(of(objects, "fovea-worker")).toEqual([metrics]);
    expect(of(objects, "fovea-migrate")).toEqual([]);
    const narrow = chart.render(cases["narrow NetworkPolicies"] ?? {});
    expect(of(narrow, "fovea-api")).toEqual([["http", ["test"]]]);
    expect(of(narrow, "fovea-worker")).toEqual([]);
    expect(chart.render(cases["no NetworkPolicies and no Job"] ?? {}).of("NetworkPolicy").size).toBe(0);
  });

  test("the schema is brought up to date before anything else is there, and pods wait for it", () => {
    const objects = chart.render(cases["a shared folder of its own"] ?? {});
    const hooked = objects.all.filter(({ metadata }) =>
      metadata.annotations["helm.sh/hook"]?.includes("pre-install"),
    );
    expect(hooked.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort()).toEqual([
      "Job fovea-migrate",
      "NetworkPolicy fovea-migrate",
    ]);
    const weight = (index: number) => Number(hooked[index]?.metadata.annotations["helm.sh/hook-weight"]);
    expect(hooked.map(({ kind }) => kind)).toEqual(["NetworkPolicy", "Job"]);
    expect(weight(0)).toBeLessThan(weight(1));
    const { spec } = objects.the("Job", "fovea-migrate").spec.template;
    expect(spec.containers[0].args).toEqual(["node", "server/src/migrate.ts"]);
    // Of what it uses nothing is made by the chart, which is not there yet.
    const made = objects.all
      .filter((object) => !hooked.includes(object))
      .map(({ metadata }) => metadata.name);
    const used = [
      spec.serviceAccountName,
      ...spec.volumes.map(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName),
    ].filter((name) => name !== undefined);
    expect(used.filter((name) => made.includes(name))).toEqual([]);
    const migrations = (some: Objects) =>
      podsOf(some).flatMap(({ spec: { containers } }) =>
        containers[0].env.filter(({ name }) => name === "DATABASE_MIGRATIONS").map(({ value }) => value),
      );
    expect(migrations(objects).sort()).toEqual(["apply", "wait", "wait"]);
    expect(migrations(chart.render(cases["no NetworkPolicies and no Job"] ?? {}))).toEqual([
      "apply",
      "apply",
    ]);
    expect(chart.render(cases["a single pod"] ?? {}).of("Job").size).toBe(0);
  });

  test("workers follow the queue's wait: a wait is no sum, and what is not told is not short", () => {
    const objects = chart.render(cases["KEDA"] ?? {});
    const { scaleTargetRef, triggers, ...limits } = objects.the("ScaledObject", "fovea-worker").spec;
    expect(objects.of("Deployment").has(scaleTargetRef.name)).toBe(true);
    expect(limits).toMatchObject({ minReplicaCount: 2, maxReplicaCount: 20 });
    expect(triggers).toEqual([
      {
        type: "prometheus",
        metricType: "Value",
        metadata: {
          serverAddress: "https://prometheus.example.com",
          query: expect.any(String),
          threshold: "30",
          ignoreNullValues: "false",
          authModes: "bearer",
        },
        authenticationRef: { name: "prometheus" },
      },
    ]);
    const external = chart.render(cases["an external metric"] ?? {});
    expect(external.the("HorizontalPodAutoscaler", "fovea-worker").spec.metrics).toEqual([
      {
        type: "External",
        external: {
          metric: { name: "fovea_queue_wait_seconds", selector: { matchLabels: { job: "fovea" } } },
          target: { type: "Value", value: "60" },
        },
      },
    ]);
  });

  describeWith("prometheus", "what KEDA asks Prometheus", ({ path }) => {
    test("is the longest wait of this release, once, whoever tells it and of whatever kind", async () => {
      const objects = chart.render(cases["KEDA"] ?? {});
      const { triggers } = objects.the("ScaledObject", "fovea-worker").spec;
      const [{ metadata }] = z
        .tuple([z.object({ metadata: z.object({ query: z.string() }) })])
        .parse(triggers);
      const series = (name: string, labels: string, values: string) => ({
        series: `${name}{${labels}}`,
        values,
      });
      const own = 'namespace="images",job="fovea"';
      const rules = {
        rule_files: [],
        tests: [
          {
            interval: "1m",
            input_series: [
              series("fovea_queue_wait_seconds", `${own},pod="a",kind="analysis"`, "40 40 40 _"),
              series("fovea_queue_wait_seconds", `${own},pod="b",kind="analysis"`, "41 41 41 _"),
              series("fovea_queue_wait_seconds", `${own},pod="b",kind="catalog"`, "5 90 5 _"),
              series("fovea_media_wait_seconds", `${own},pod="a"`, "0 0 120 _"),
              series("fovea_queue_wait_seconds", 'namespace="images",job="other",kind="icons"', "998x4"),
              series("fovea_queue_wait_seconds", 'namespace="others",job="fovea",kind="icons"', "999x4"),
            ],
            promql_expr_test: [41, 90, 120].map((value, minute) => ({
              expr: metadata.query,
              eval_time: `${minute}m`,
              exp_samples: [{ labels: "{}", value }],
            })),
          },
        ],
      };
      const file = join(await temporaryFolder(), "query.test.yaml");
      await writeFile(file, JSON.stringify(rules));
      const promtool = join(dirname(path), "promtool");
      const { status, stdout, stderr } = spawnSync(promtool, ["test", "rules", file], { encoding: "utf8" });
      expect({ status, told: stdout + stderr }).toEqual({
        status: 0,
        told: expect.stringContaining("SUCCESS"),
      });
    });
  });

  test("who scales a Deployment alone says how many pods it has", () => {
    const replicas = (what: string) =>
      [
        ...chart
          .render(cases[what] ?? {})
          .of("Deployment")
          .values(),
      ].map(({ spec }) => spec.replicas);
    expect(replicas("the least that is needed")).toEqual([2, 2]);
    expect(replicas("KEDA")).toEqual([undefined, undefined]);
    expect(replicas("an external metric")).toEqual([2, undefined]);
    for (const what of ["KEDA", "an external metric"]) {
      const objects = chart.render(cases[what] ?? {});
      for (const { spec } of objects.of("HorizontalPodAutoscaler").values()) {
        expect(objects.of("Deployment").has(spec.scaleTargetRef.name)).toBe(true);
      }
    }
  });

  test("an Ingress leads to the api below the base path, for each host and with its certificate", () => {
    const objects = chart.render(cases["an Ingress with TLS, below a path"] ?? {});
    const { spec } = objects.the("Ingress", "fovea-api");
    const backend = { service: { name: "fovea-api", port: { name: "http" } } };
    const http = { paths: [{ path: "/images", pathType: "Prefix", backend }] };
    expect(spec).toEqual({
      ingressClassName: "nginx",
      tls: [{ secretName: "certificate", hosts: ["images.example.com", "pictures.example.com"] }],
      rules: [
        { host: "images.example.com", http },
        { host: "pictures.example.com", http },
      ],
    });
    expect(objects.the("Service", "fovea-api").spec.ports.map(({ name }) => name)).toEqual(["http"]);
  });

  test("Prometheus finds the metrics, under the name that autoscaling asks for", () => {
    const objects = chart.render(cases["Prometheus' operator"] ?? {}, { name: "shop" });
    const monitor = objects.the("ServiceMonitor", "shop-metrics");
    const found = [...objects.of("Service").values()].filter(({ metadata }) =>
      Object.entries(monitor.spec.selector.matchLabels).every(
        ([name, value]) => metadata.labels[name] === value,
      ),
    );
    expect(found.map(({ metadata }) => metadata.name)).toEqual(["shop-metrics"]);
    expect(found[0]?.metadata.labels[monitor.spec.jobLabel]).toBe("shop");
    expect(found[0]?.spec.ports.map(({ name }) => name)).toEqual(
      monitor.spec.endpoints.map(({ port }) => port),
    );
    expect(monitor.metadata.labels["release"]).toBe("prometheus");
    // Braces of Prometheus are none of Helm's.
    const rules = readFileSync(new URL("../../prometheus/fovea.rules.yaml", import.meta.url), "utf8");
    expect(objects.the("PrometheusRule", "shop-rules").spec).toEqual(parse(rules));
  });
});
