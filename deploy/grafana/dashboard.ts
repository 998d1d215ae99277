import type { Line, Panel, Row } from "./panel.ts";

const source = { type: "prometheus", uid: `\${datasource}` } as const;
const heights = { row: 1, number: 4, curve: 8 } as const;
const width = 24;

/** The file. */
export const dashboardText = (rows: readonly Row[]): string =>
  `${JSON.stringify(dashboardOf(rows), null, 2)}\n`;

/** Grafana's classic model of a dashboard, as it is imported. Version 39 is that of Grafana 11; later ones read it too. */
function dashboardOf(rows: readonly Row[]): object {
  return {
    // Asked for at the import, and then the usual value of the variable by which all panels ask.
    __inputs: [
      {
        ...{ name: "DS_PROMETHEUS", label: "Prometheus", description: "Where Fovea's metrics are." },
        ...{ type: "datasource", pluginId: "prometheus", pluginName: "Prometheus" },
      },
    ],
    __requires: [
      { type: "grafana", id: "grafana", name: "Grafana", version: "11.0.0" },
      { type: "datasource", id: "prometheus", name: "Prometheus", version: "1.0.0" },
      { type: "panel", id: "timeseries", name: "Time series", version: "" },
      { type: "panel", id: "stat", name: "Stat", version: "" },
    ],
    uid: "fovea",
    title: "Fovea",
    description: "Made by deploy/grafana/make.ts. docs/metrics.md says what each metric means.",
    tags: ["fovea"],
    schemaVersion: 39,
    editable: true,
    graphTooltip: 1,
    refresh: "30s",
    time: { from: "now-3h", to: "now" },
    timezone: "browser",
    annotations: { list: [firing] },
    templating: { list: variables },
    panels: placed(rows),
  };
}

/** Alerts of fovea.rules.yaml, where Prometheus has them. */
const firing = {
  ...{ name: "Alerts", enable: true, iconColor: "red", datasource: source },
  expr: 'ALERTS{alertname=~"Fovea.*", alertstate="firing", job=~"$job|"}',
  ...{ titleFormat: "{{alertname}}", textFormat: "{{kind}} {{provider}} {{instance}}" },
};

const variable = (name: string, label: string, query: string, many: boolean) => ({
  ...{ type: "query", name, label, datasource: source, definition: query },
  query: { query, refId: name },
  // With every change of the time range: processes come and go.
  refresh: 2,
  sort: 1,
  multi: many,
  includeAll: many,
  ...(many && { current: { text: "All", value: "$__all" } }),
});

const variables = [
  {
    ...{ type: "datasource", name: "datasource", label: "Data source", query: "prometheus" },
    current: { text: "Prometheus", value: `\${DS_PROMETHEUS}` },
  },
  variable("job", "Installation", "label_values(fovea_info, job)", false),
  variable("role", "Role", 'label_values(fovea_info{job="$job"}, role)', true),
  variable("instance", "Process", 'label_values(fovea_info{job="$job", role=~"$role"}, instance)', true),
  variable("kind", "Kind", 'label_values(fovea_queue_items{job="$job"}, kind)', true),
];

/** Row by row, from left to right; each panel gets a number that is its own. */
function placed(rows: readonly Row[]): object[] {
  const panels: object[] = [];
  let y = 0;
  for (const { title, panels: ofRow } of rows) {
    panels.push({
      ...{ id: panels.length + 1, type: "row", title, collapsed: false, panels: [] },
      gridPos: { x: 0, y, w: width, h: heights.row },
    });
    y += heights.row;
    let x = 0;
    let height = 0;
    for (const panel of ofRow) {
      const w = panel.width ?? (panel.as === "number" ? 4 : 8);
      const h = panel.as === "number" ? heights.number : heights.curve;
      if (x + w > width) {
        x = 0;
        y += height;
      }
      panels.push({ id: panels.length + 1, gridPos: { x, y, w, h }, ...panelOf(panel) });
      x += w;
      height = h;
    }
    y += height;
  }
  return panels;
}

function panelOf({ title, description, unit, lines, as, stacked }: Panel): object {
  const what = { title, description, datasource: source, targets: lines.map(targetOf) };
  if (as === "number")
    return {
      type: "stat",
      ...what,
      fieldConfig: { defaults: { unit, color: { mode: "fixed", fixedColor: "text" } }, overrides: [] },
      options: { colorMode: "value", graphMode: "area", reduceOptions: { calcs: ["lastNotNull"] } },
    };
  const custom = {
    ...{ lineWidth: 1, showPoints: "never", spanNulls: false, fillOpacity: stacked ? 20 : 5 },
    stacking: { mode: stacked ? "normal" : "none", group: "A" },
  };
  return {
    type: "timeseries",
    ...what,
    fieldConfig: { defaults: { unit, min: 0, custom }, overrides: [] },
    options: {
      legend: { showLegend: true, displayMode: "list", placement: "bottom", calcs: [] },
      tooltip: { mode: "multi", sort: "desc" },
    },
  };
}

const targetOf = ({ expr, legend }: Line, index: number) => ({
  ...{ refId: String.fromCharCode(65 + index), datasource: source, editorMode: "code", range: true },
  ...{ expr, legendFormat: legend },
});
