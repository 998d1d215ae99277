import { expect, test } from "vitest";
import { rows } from "../../../deploy/grafana/rows.ts";
import { alerts, documented, metricsPage, recorded, rules, ruleTests } from "./documents.ts";
import { askedBy } from "./promql.ts";
import { ownName, registeredMetrics } from "./registered.ts";

/** Read once: what is registered stays, also when its service is closed. */
let read: ReturnType<typeof registeredMetrics> | undefined;
const registeredOnce = () => (read ??= registeredMetrics());

/** Of Prometheus itself, of where it scrapes, and of panels that make one of routes. */
const everywhere = ["namespace", "job", "instance", "le", "area"];
const ofPrometheus = new Map([
  ["up", { labels: [] }],
  ["ALERTS", { labels: ["alertname", "alertstate"] }],
]);

test("every metric and label that a rule or a panel asks for is one of the service's", async () => {
  const registered = await registeredOnce();
  const fromRules = recorded().map(({ record, expr }) => [record, { labels: askedBy(expr).by }] as const);
  const known = new Map<string, { readonly labels: readonly string[] }>([
    ...registered,
    ...ofPrometheus,
    ...fromRules,
  ]);
  const lines = rows.flatMap(({ panels }) => panels.flatMap((panel) => panel.lines));
  const asked = [
    ...rules().map(({ expr }) => ({ expr, legend: "" })),
    ...alerts().map(({ expr, annotations }) => ({ expr, legend: Object.values(annotations).join(" ") })),
    ...lines,
  ];
  for (const { expr, legend } of asked) {
    const { series, by } = askedBy(expr);
    expect(series.length, expr).toBeGreaterThan(0);
    const labels = series.flatMap(({ name }) => known.get(name)?.labels ?? []);
    for (const { name, labels: chosen } of series) {
      expect([...known.keys()], expr).toContain(name);
      expect([...everywhere, ...(known.get(name)?.labels ?? [])], expr).toEqual(
        expect.arrayContaining([...chosen]),
      );
    }
    const shown = [...legend.matchAll(/\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}/g)].map(([, label = ""]) => label);
    expect([...everywhere, ...labels], `${expr} ${legend}`).toEqual(
      expect.arrayContaining([...by, ...shown]),
    );
  }
});

test("the page of metrics has every metric of the service with its labels, and no other", async () => {
  const ours = [...(await registeredOnce())].filter(([name]) => name.startsWith("fovea_"));
  const labels = Object.fromEntries(ours.map(([name, each]) => [ownName(name), [...each.labels].sort()]));
  const shown = Object.fromEntries(
    Object.entries(documented()).map(([name, each]) => [name, [...each].sort()]),
  );
  expect(shown).toEqual(labels);
});

test("the help of every metric says whether it is of a process or of the database, as its page does", async () => {
  const page = metricsPage();
  const ofDatabase = page.slice(page.indexOf("## Of the database"), page.indexOf("## Of each process"));
  for (const [name, { help }] of await registeredOnce()) {
    if (!name.startsWith("fovea_")) continue;
    const where = ofDatabase.includes(`| \`${ownName(name)}\``) ? "Of the database." : "Of this process.";
    expect(help.endsWith(where), `${name}: ${help}`).toBe(true);
  }
});

test("every alert is explained where its runbook points, with its severity, and no other is", () => {
  const page = metricsPage();
  const explained = [...page.matchAll(/^\| <a id="(\w+)"><\/a>`(\w+)` \| (\w+), /gm)].map(
    ([, anchor, alert, severity]) => ({ anchor, alert, severity }),
  );
  expect(explained).toEqual(
    alerts().map(({ alert, annotations, labels }) => ({
      anchor: annotations.runbook.replace(/^docs\/metrics\.md#/, ""),
      ...{ alert, severity: labels.severity },
    })),
  );
});

test("every alert has a test in which it fires, and one in which it does not", () => {
  const names = ruleTests();
  for (const { alert } of alerts()) {
    expect(names).toContain(`${alert} fires`);
    expect(
      names.some((name) => name.startsWith(`${alert} does not fire where `)),
      alert,
    ).toBe(true);
  }
});
