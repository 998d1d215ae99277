import { type Message, type MessageType, readMessage } from "./protobuf.ts";

// opentelemetry/proto/*/v1: what is read of them here.
const anyValue: MessageType = {
  1: ["text", "text"],
  2: ["bool", "bool"],
  3: ["int", "uint"],
  4: ["double", "double"],
};
const keyValue: MessageType = { 1: ["key", "text"], 2: ["value", anyValue] };
const attributes = ["attributes", keyValue, "many"] as const;
const resource: MessageType = { 1: attributes };
const scope: MessageType = { 1: ["name", "text"], 2: ["version", "text"] };
const status: MessageType = { 2: ["message", "text"], 3: ["code", "uint"] };
const span: MessageType = {
  1: ["traceId", "hex"],
  2: ["spanId", "hex"],
  3: ["traceState", "text"],
  4: ["parentSpanId", "hex"],
  5: ["name", "text"],
  6: ["kind", "uint"],
  7: ["start", "fixed64"],
  8: ["end", "fixed64"],
  9: ["attributes", keyValue, "many"],
  11: ["events", {}, "many"],
  15: ["status", status],
};
const traces: MessageType = {
  1: [
    "resources",
    { 1: ["resource", resource], 2: ["scopes", { 1: ["scope", scope], 2: ["spans", span, "many"] }, "many"] },
    "many",
  ],
};
const numberPoint: MessageType = {
  2: ["start", "fixed64"],
  4: ["value", "double"],
  7: ["attributes", keyValue, "many"],
};
const histogramPoint: MessageType = {
  2: ["start", "fixed64"],
  4: ["count", "fixed64"],
  5: ["sum", "double"],
  6: ["counts", "fixed64s"],
  7: ["bounds", "doubles"],
  9: ["attributes", keyValue, "many"],
};
const metric: MessageType = {
  1: ["name", "text"],
  3: ["unit", "text"],
  5: ["gauge", { 1: ["points", numberPoint, "many"] }],
  7: ["sum", { 1: ["points", numberPoint, "many"], 2: ["temporality", "uint"], 3: ["monotonic", "bool"] }],
  9: ["histogram", { 1: ["points", histogramPoint, "many"], 2: ["temporality", "uint"] }],
};
const metrics: MessageType = {
  1: [
    "resources",
    {
      1: ["resource", resource],
      2: ["scopes", { 1: ["scope", scope], 2: ["metrics", metric, "many"] }, "many"],
    },
    "many",
  ],
};

type Value = string | number | boolean;

export interface SeenSpan {
  readonly name: string;
  readonly kind: "internal" | "server" | "client" | "consumer" | "other";
  readonly traceId: string;
  readonly spanId: string;
  /** Null for the first of its trace. */
  readonly parentSpanId: string | null;
  readonly failed: boolean;
  readonly attributes: Readonly<Record<string, Value>>;
  readonly resource: Readonly<Record<string, Value>>;
}

export interface SeenPoint {
  readonly name: string;
  readonly unit: string;
  readonly type: "gauge" | "sum" | "histogram";
  readonly cumulative: boolean;
  readonly attributes: Readonly<Record<string, Value>>;
  /** Of a histogram its sum. */
  readonly value: number;
  readonly count: number | null;
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
}

const kinds = ["other", "internal", "server", "client", "other", "consumer"] as const;

export function readSpans(bytes: Buffer): readonly SeenSpan[] {
  return each(readMessage(bytes, traces), "resources").flatMap((group) =>
    each(group, "scopes").flatMap((one) =>
      each(one, "spans").map(
        (found): SeenSpan => ({
          name: String(found["name"]),
          kind: kinds[Number(found["kind"] ?? 0)] ?? "other",
          traceId: String(found["traceId"]),
          spanId: String(found["spanId"]),
          parentSpanId: (found["parentSpanId"] as string | undefined) ?? null,
          failed: (found["status"] as Message | undefined)?.["code"] === 2,
          attributes: attributesOf(found),
          resource: attributesOf((group["resource"] as Message | undefined) ?? {}),
        }),
      ),
    ),
  );
}

export function readPoints(bytes: Buffer): readonly SeenPoint[] {
  return each(readMessage(bytes, metrics), "resources").flatMap((group) =>
    each(group, "scopes").flatMap((one) => each(one, "metrics").flatMap(pointsOf)),
  );
}

function pointsOf(found: Message): readonly SeenPoint[] {
  const type = (["gauge", "sum", "histogram"] as const).find((known) => known in found);
  if (type === undefined) return [];
  const data = found[type] as Message;
  return each(data, "points").map((point) => ({
    ...{ name: String(found["name"]), unit: String(found["unit"] ?? ""), type },
    cumulative: type === "gauge" || data["temporality"] === 2,
    attributes: attributesOf(point),
    value: Number(point[type === "histogram" ? "sum" : "value"] ?? 0),
    count: point["count"] === undefined ? null : Number(point["count"]),
    bounds: (point["bounds"] as number[] | undefined) ?? [],
    counts: (point["counts"] as number[] | undefined) ?? [],
  }));
}

const each = (message: Message, name: string) => (message[name] as Message[] | undefined) ?? [];

const attributesOf = (message: Message): Readonly<Record<string, Value>> =>
  Object.fromEntries(
    each(message, "attributes").map((pair) => {
      const [value = ""] = Object.values((pair["value"] as Message | undefined) ?? {});
      return [String(pair["key"]), value as Value];
    }),
  );
