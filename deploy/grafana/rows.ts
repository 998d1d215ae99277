import { byArea, database, kinds, process, quantile, type Row, rate } from "./panel.ts";

const requests = "fovea_http_request_duration_seconds";
const item = "fovea_item_duration_seconds";
const processKinds = `${process}, kind=~"$kind"`;

/** What the dashboard shows, from the top. */
export const rows: readonly Row[] = [
  {
    title: "Now",
    panels: [
      {
        title: "Processes",
        description: "Processes that answer Prometheus, by role.",
        unit: "short",
        as: "number",
        lines: [{ expr: `count by (role) (fovea_info{${process}})`, legend: "{{role}}" }],
      },
      {
        title: "Database",
        description: "Whether every chosen process reaches the database.",
        unit: "bool_on_off",
        as: "number",
        lines: [{ expr: `min(fovea_database_up{${process}})`, legend: "database" }],
      },
      {
        title: "Longest wait",
        description:
          "For how long the work that a worker could take now has waited. 0: all is taken, or has to wait.",
        unit: "s",
        as: "number",
        lines: [{ expr: `max(fovea_queue_wait_seconds{${kinds}})`, legend: "wait" }],
      },
      {
        title: "Items left",
        description: "Items without a result in batches that are queued or processing.",
        unit: "short",
        as: "number",
        lines: [{ expr: `sum(max by (kind) (fovea_queue_items{${kinds}}))`, legend: "items" }],
      },
      {
        title: "Errors",
        description: "Share of the answers that are errors of the service.",
        unit: "percentunit",
        as: "number",
        lines: [
          {
            expr: `(sum(${rate(`${requests}_count`, `${process}, status=~"5.."`)}) or vector(0)) / sum(${rate(`${requests}_count`)})`,
            legend: "errors",
          },
        ],
      },
      {
        title: "Models, per hour",
        description: "What calls to models cost now, in an hour. An estimate by listed prices.",
        unit: "currencyUSD",
        as: "number",
        lines: [
          {
            expr: `3600 * sum(rate(fovea_model_cost_usd_total{${process}}[15m]))`,
            legend: "cost",
          },
        ],
      },
    ],
  },
  {
    title: "What is served",
    panels: [
      {
        title: "Requests",
        description: "Requests by what they belong to.",
        unit: "reqps",
        stacked: true,
        lines: [{ expr: `sum by (area) (${byArea(rate(`${requests}_count`))})`, legend: "{{area}}" }],
      },
      {
        title: "Answers",
        description:
          "Requests by the status of their answers. client_gone: the client left, or a shutdown cut it off.",
        unit: "reqps",
        stacked: true,
        lines: [{ expr: `sum by (status) (${rate(`${requests}_count`)})`, legend: "{{status}}" }],
      },
      {
        title: "Errors by code",
        description: "Error answers by their code; docs/errors.md says what each means.",
        unit: "reqps",
        lines: [{ expr: `topk(10, sum by (code) (${rate("fovea_http_errors_total")}))`, legend: "{{code}}" }],
      },
      {
        title: "Latency",
        description:
          "Nineteen of twenty requests take no longer. Of uploads and downloads most is their transfer.",
        unit: "s",
        lines: [
          {
            expr: `histogram_quantile(0.95, sum by (le, area) (${byArea(rate(`${requests}_bucket`))}))`,
            legend: "{{area}}",
          },
        ],
      },
      {
        title: "Latency of preparing",
        description:
          "Images that were prepared: half, nineteen of twenty, and ninety-nine of a hundred take no longer.",
        unit: "s",
        lines: [0.5, 0.95, 0.99].map((share) => ({
          expr: quantile(share, requests, "", `${process}, route=~".*/api/v1/process", status="200"`),
          legend: `${share * 100} %`,
        })),
      },
      {
        title: "Connections",
        description: "Exports being downloaded, and connections that are told live events.",
        unit: "short",
        lines: [
          { expr: `sum(fovea_exports_active{${process}})`, legend: "exports" },
          { expr: `sum(fovea_event_connections{${process}})`, legend: "live connections" },
        ],
      },
    ],
  },
  {
    title: "Queue",
    panels: [
      {
        title: "Wait",
        description:
          "For how long the chunk that a worker could take now, and has waited longest, could have been taken. It grows where workers are too few.",
        unit: "s",
        lines: [{ expr: `max by (kind) (fovea_queue_wait_seconds{${kinds}})`, legend: "{{kind}}" }],
      },
      {
        title: "Items left",
        description: "Items without a result in batches that are queued or processing.",
        unit: "short",
        stacked: true,
        lines: [{ expr: `max by (kind) (fovea_queue_items{${kinds}})`, legend: "{{kind}}" }],
      },
      {
        title: "Items per second",
        description: "Items that end, whatever with.",
        unit: "ops",
        stacked: true,
        lines: [{ expr: `sum by (kind) (${rate(`${item}_count`, processKinds)})`, legend: "{{kind}}" }],
      },
      {
        title: "Time left",
        description: "Items left at the pace of the last quarter of an hour, if no more come.",
        unit: "s",
        lines: [
          {
            expr: `max by (kind) (fovea_queue_items{${kinds}}) / (sum by (kind) (rate(${item}_count{${kinds}}[15m])) > 0)`,
            legend: "{{kind}}",
          },
        ],
      },
      {
        title: "Chunks",
        description: "Chunks that wait, that wait for another try, and that workers hold.",
        unit: "short",
        lines: [
          { expr: `max by (kind, state) (fovea_queue_chunks{${kinds}})`, legend: "{{kind}}, {{state}}" },
        ],
      },
      {
        title: "Batches",
        description: "Batches that have not ended, by state. Those that are paused wait for somebody.",
        unit: "short",
        lines: [
          {
            expr: `max by (kind, state) (fovea_batches{${kinds}, state=~"pending|queued|processing|paused"}) > 0`,
            legend: "{{kind}}, {{state}}",
          },
        ],
      },
    ],
  },
  {
    title: "Items by outcome and code",
    panels: [
      {
        title: "Outcomes",
        description: "Items that ended, by how.",
        unit: "ops",
        stacked: true,
        lines: [
          {
            expr: `sum by (kind, outcome) (${rate(`${item}_count`, processKinds)})`,
            legend: "{{kind}}, {{outcome}}",
          },
        ],
      },
      {
        title: "Failures by code",
        description: "Items that failed; docs/errors.md says what each code means.",
        unit: "ops",
        lines: [
          {
            expr: `topk(10, sum by (kind, code) (${rate("fovea_item_failures_total", processKinds)}))`,
            legend: "{{kind}}, {{code}}",
          },
        ],
      },
      {
        title: "Retries by code",
        description: "Tries after which an item is tried again.",
        unit: "ops",
        lines: [
          {
            expr: `topk(10, sum by (kind, code) (${rate("fovea_item_retries_total", processKinds)}))`,
            legend: "{{kind}}, {{code}}",
          },
        ],
      },
      {
        title: "Work on an item",
        description: "Nineteen of twenty items take no longer, their last try alone.",
        unit: "s",
        width: 12,
        lines: [{ expr: quantile(0.95, item, "kind", processKinds), legend: "{{kind}}" }],
      },
      {
        title: "Icons and products",
        description: "Icons and products of catalogs that end, by outcome, whatever kind is chosen above.",
        unit: "ops",
        width: 12,
        lines: [
          {
            expr: `sum by (kind, outcome) (${rate(`${item}_count`, `${process}, kind!="analysis"`)})`,
            legend: "{{kind}}, {{outcome}}",
          },
        ],
      },
    ],
  },
  {
    title: "Models",
    panels: [
      {
        title: "Calls",
        description: "Calls to providers that have ended, by model.",
        unit: "ops",
        stacked: true,
        lines: [
          {
            expr: `sum by (provider, model) (${rate("fovea_model_calls_total")})`,
            legend: "{{provider}}, {{model}}",
          },
        ],
      },
      {
        title: "Refusals",
        description: "Calls that brought no answer, by why.",
        unit: "ops",
        lines: [
          {
            expr: `sum by (provider, outcome) (${rate("fovea_model_calls_total", `${process}, outcome!~"answered|repaired"`)})`,
            legend: "{{provider}}, {{outcome}}",
          },
        ],
      },
      {
        title: "Duration of calls",
        description:
          "Nineteen of twenty calls take no longer; without batch APIs and models that make pictures.",
        unit: "s",
        lines: [
          {
            expr: quantile(0.95, "fovea_model_call_duration_seconds", "provider, model"),
            legend: "{{provider}}, {{model}}",
          },
        ],
      },
      {
        title: "Tokens",
        description: "Tokens by the second, as providers counted them.",
        unit: "short",
        lines: [
          {
            expr: `sum by (model, direction) (${rate("fovea_model_tokens_total")})`,
            legend: "{{model}}, {{direction}}",
          },
        ],
      },
      {
        title: "Cost per hour",
        description: "An estimate by listed prices; the bill of the provider decides.",
        unit: "currencyUSD",
        lines: [
          {
            expr: `3600 * sum by (provider, model) (rate(fovea_model_cost_usd_total{${process}}[15m]))`,
            legend: "{{provider}}, {{model}}",
          },
        ],
      },
      {
        title: "Keys",
        description:
          "Groups of keys that may be asked, that are parked, and that their provider does not accept, counted for each model.",
        unit: "short",
        lines: [
          {
            expr: `max by (provider, state) (fovea_model_quota_groups{${database}})`,
            legend: "{{provider}}, {{state}}",
          },
        ],
      },
      {
        title: "Waiting for a slot",
        description:
          "Questions that wait for their turn in a quota. Some always do where the quota is the limit.",
        unit: "short",
        width: 24,
        lines: [
          { expr: `sum by (provider) (fovea_model_slots_waiting{${process}})`, legend: "{{provider}}" },
        ],
      },
    ],
  },
  {
    title: "Images",
    panels: [
      {
        title: "Preparing",
        description:
          "Images being worked on, and waiting for a turn. Who would wait for long is refused with 503.",
        unit: "short",
        lines: [
          { expr: `sum(fovea_prepare_running{${process}})`, legend: "running" },
          { expr: `sum(fovea_prepare_waiting{${process}})`, legend: "waiting" },
        ],
      },
      {
        title: "Memory of images",
        description: "What the images being worked on are estimated to take, by process.",
        unit: "bytes",
        lines: [{ expr: `fovea_prepare_memory_bytes{${process}}`, legend: "{{instance}}" }],
      },
      {
        title: "Fetches",
        description:
          "Images fetched for batches. Parked: their origin is busy or out of reach, and was not asked.",
        unit: "ops",
        stacked: true,
        lines: [{ expr: `sum by (outcome) (${rate("fovea_fetches_total")})`, legend: "{{outcome}}" }],
      },
      {
        title: "Fetched bytes",
        description: "Bytes of images that were fetched.",
        unit: "Bps",
        width: 24,
        lines: [{ expr: `sum(${rate("fovea_fetched_bytes_total")})`, legend: "bytes" }],
      },
    ],
  },
  {
    title: "Media jobs and webhooks",
    panels: [
      {
        title: "Media jobs",
        description: "Media jobs that ended, by provider and status.",
        unit: "ops",
        lines: [
          {
            expr: `sum by (provider, status) (${rate("fovea_media_jobs_total")})`,
            legend: "{{provider}}, {{status}}",
          },
        ],
      },
      {
        title: "Duration of media jobs",
        description: "Nineteen of twenty jobs take no longer from their creation to their end.",
        unit: "s",
        lines: [
          { expr: quantile(0.95, "fovea_media_job_duration_seconds", "provider"), legend: "{{provider}}" },
        ],
      },
      {
        title: "Steps of media jobs",
        description:
          "Steps that could begin, whose time has not come, that are at work, and that were given up; and how long the first has waited.",
        unit: "short",
        lines: [
          { expr: `max by (state) (fovea_media_steps{${database}})`, legend: "{{state}}" },
          { expr: `max(fovea_media_wait_seconds{${database}})`, legend: "longest wait, in seconds" },
        ],
      },
      {
        title: "Webhooks",
        description: "Attempts to deliver webhooks, by how they ended.",
        unit: "ops",
        width: 12,
        stacked: true,
        lines: [
          { expr: `sum by (outcome) (${rate("fovea_webhook_attempts_total")})`, legend: "{{outcome}}" },
        ],
      },
      {
        title: "Receivers in trouble",
        description: "Receivers that are not asked for now, and webhooks that were given up within an hour.",
        unit: "short",
        width: 12,
        lines: [
          { expr: `sum(fovea_webhook_receivers_resting{${process}})`, legend: "resting receivers" },
          { expr: `sum(increase(fovea_webhooks_given_up_total{${process}}[1h]))`, legend: "given up" },
        ],
      },
    ],
  },
  {
    title: "Processes",
    panels: [
      {
        title: "CPU",
        description: "Cores that each process uses.",
        unit: "short",
        lines: [{ expr: rate("process_cpu_seconds_total"), legend: "{{instance}}" }],
      },
      {
        title: "Memory",
        description: "Memory of each process, and the least that one of them may take.",
        unit: "bytes",
        lines: [
          { expr: `process_resident_memory_bytes{${process}}`, legend: "{{instance}}" },
          { expr: `min(fovea_memory_limit_bytes{${process}})`, legend: "limit" },
        ],
      },
      {
        title: "Event loop",
        description:
          "Ninety-nine of a hundred turns of the event loop are late by no more than this. Above half a second requests and leases suffer.",
        unit: "s",
        lines: [{ expr: `nodejs_eventloop_lag_p99_seconds{${process}}`, legend: "{{instance}}" }],
      },
      {
        title: "Connections to the database",
        description: "Connections at work, of as many as there may be. The embedded database has one.",
        unit: "short",
        lines: [
          { expr: `fovea_database_connections{${process}, state="used"}`, legend: "{{instance}}" },
          { expr: `min(fovea_database_connections{${process}, state="most"})`, legend: "most" },
        ],
      },
      {
        title: "Waiting for the database",
        description: "Statements and transactions that wait for a connection.",
        unit: "short",
        lines: [{ expr: `fovea_database_waiting{${process}}`, legend: "{{instance}}" }],
      },
      {
        title: "Free disk",
        description: "Share of the disks with data and stored files that is free.",
        unit: "percentunit",
        lines: [
          {
            expr: `fovea_disk_free_bytes{${process}} / fovea_disk_size_bytes{${process}}`,
            legend: "{{instance}}, {{folder}}",
          },
        ],
      },
    ],
  },
];
