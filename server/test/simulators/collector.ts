import type { IncomingHttpHeaders } from "node:http";
import { gunzipSync } from "node:zlib";
import { isWireFault, sendFault, startLoopback, type WireFault } from "./loopback.ts";
import { readPoints, readSpans, type SeenPoint, type SeenSpan } from "./otlp-messages.ts";

interface SeenExport {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** As it would read for whoever looks for words in it. */
  readonly body: Buffer;
}

/** What is answered in place of taking an export. */
type CollectorTrouble = { readonly kind: "garbage" } | WireFault;

/** A collector of OpenTelemetry, and what it was sent. */
export interface Collector {
  readonly origin: string;
  readonly exports: readonly SeenExport[];
  readonly spans: readonly SeenSpan[];
  /** Those of the last export of metrics. */
  readonly points: readonly SeenPoint[];
  /** Items that Azure Monitor was sent. */
  readonly envelopes: readonly AzureEnvelope[];
  /** Resolves when so many exports have arrived. */
  arrived(count: number): Promise<void>;
  /** Answers all exports so from now on; null takes them. */
  trouble(how: CollectorTrouble | null): void;
  close(): Promise<void>;
}

interface AzureEnvelope {
  readonly name: string;
  readonly iKey: string;
  readonly time: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly data: { readonly baseType: string; readonly baseData: AzureData };
}

interface AzureData {
  readonly ver: number;
  readonly id?: string;
  readonly name?: string;
  readonly success?: boolean;
  readonly duration?: string;
  readonly resultCode?: string;
  readonly responseCode?: string;
  readonly type?: string;
  readonly target?: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly metrics?: readonly { readonly name: string; readonly value: number; readonly count: number }[];
}

/** Takes OTLP over HTTP at `/v1/traces` and `/v1/metrics`, and what is meant for Azure Monitor at `/v2.1/track`. */
export async function startCollector(): Promise<Collector> {
  const exports: SeenExport[] = [];
  const spans: SeenSpan[] = [];
  const envelopes: AzureEnvelope[] = [];
  const waiting = new Set<{ count: number; resolve: () => void }>();
  let points: readonly SeenPoint[] = [];
  let trouble: CollectorTrouble | null = null;

  const server = await startLoopback((request, sent, response) => {
    const { headers, url: path = "" } = request;
    const body = headers["content-encoding"] === "gzip" ? gunzipSync(sent) : sent;
    exports.push({ path, headers, body });
    for (const waiter of waiting) if (exports.length >= waiter.count) waiter.resolve();
    if (trouble?.kind === "garbage") return void response.writeHead(200).end("}{ no protobuf at all");
    if (trouble && isWireFault(trouble)) return sendFault(response, trouble, {});
    if (path === "/v1/traces") spans.push(...readSpans(body));
    else if (path === "/v1/metrics") points = readPoints(body);
    else if (path === "/v2.1/track") envelopes.push(...JSON.parse(body.toString()));
    else return void response.writeHead(404).end();
    response.writeHead(200).end();
  });

  return {
    ...{ origin: server.origin, exports, spans, envelopes },
    get points() {
      return points;
    },
    async arrived(count) {
      if (exports.length >= count) return;
      await new Promise<void>((resolve) => waiting.add({ count, resolve }));
    },
    trouble(how) {
      trouble = how;
    },
    close: server.close,
  };
}
