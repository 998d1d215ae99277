/** One line of a panel: what is asked, and what its series are called. */
export interface Line {
  readonly expr: string;
  readonly legend: string;
}

/** A panel as it is reviewed; `dashboard.ts` makes Grafana's of it. */
export interface Panel {
  readonly title: string;
  /** One or two sentences: what it shows, and what to make of it. */
  readonly description: string;
  /** As Grafana names it. */
  readonly unit:
    | "short"
    | "s"
    | "bytes"
    | "Bps"
    | "reqps"
    | "ops"
    | "percentunit"
    | "currencyUSD"
    | "bool_on_off";
  readonly lines: readonly Line[];
  /** A number in place of a curve. */
  readonly as?: "number";
  /** Of 24; 8 where nothing is said, and 4 for a number. */
  readonly width?: number;
  /** Curves lie on each other: their sum means something. */
  readonly stacked?: true;
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** Of processes that are chosen: what each counts for itself. */
export const process = 'job="$job", instance=~"$instance"';
/** What all processes read from the database alike. */
export const database = 'job="$job"';
/** The same, of the kinds of batches that are chosen. */
export const kinds = `${database}, kind=~"$kind"`;

/** By the second, over some scrapes. */
export const rate = (metric: string, labels: string = process) =>
  `rate(${metric}{${labels}}[$__rate_interval])`;

/** Nineteen of twenty take no longer, or as many as `share` says. */
export const quantile = (share: number, metric: string, by: string, labels: string = process) =>
  `histogram_quantile(${share}, sum by (le${by && `, ${by}`}) (${rate(`${metric}_bucket`, labels)}))`;

/** Routes by what they belong to. The last that matches counts. */
const areas = {
  other: ".*",
  prepare: ".*/api/v1/(process|validate|analyze|thumbnail|providers|models)",
  batches: ".*/api/v1/(batch|batches|export|failures|system)(/.*)?",
  media: ".*/api/v1/(jobs|media)(/.*)?",
  icons: ".*/api/(icons|images)/.*",
  catalog: ".*/api/v1/(upload|requests|status|webhook|images)(/.*)?",
  probes: ".*/(health|metrics)(/.*)?",
} as const;

/** Adds the label `area`. */
export const byArea = (expr: string) =>
  Object.entries(areas).reduce(
    (labelled, [area, route]) => `label_replace(${labelled}, "area", "${area}", "route", "${route}")`,
    expr,
  );
