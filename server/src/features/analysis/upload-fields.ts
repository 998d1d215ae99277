import type { BatchOptions, CacheMode, LaneName } from "./batch-options.ts";
import { maxCostError, readDollars } from "./budget.ts";
import { invalidField } from "./errors.ts";
import { readQuestion } from "./question.ts";
import { isWebhookUrl, webhookUrlError } from "./webhook-url.ts";

/** The settings of an upload. */
export interface BatchFields
  extends Pick<BatchOptions, "model" | "cache" | "webhookUrl" | "maxCostMicros" | "lane" | "instruction"> {
  readonly name: string;
  readonly autoStart: boolean;
}

/** What a batch may ask for. */
export interface Choices {
  /** Names of the models. */
  readonly models: readonly string[];
  /** The one that a batch gets which names none; null where none is configured. */
  readonly usual?: string | null;
  /** Those that answer the default question only. */
  readonly defaultOnly?: readonly string[];
  /** Those that have a batch lane. */
  readonly laneModels?: readonly string[];
}

const maxNameLength = 255;
const cacheModes: readonly CacheMode[] = ["use", "revalidate", "refresh"];

/**
 * Reads the text fields of the form. Fields that are not known are ignored, as the reference's service does.
 *
 * @throws {AppError} `validation_error` that names the field and what it may be
 */
export function readFields(
  texts: ReadonlyMap<string, string>,
  { models, usual = null, defaultOnly = [], laneModels = [], now }: Choices & { readonly now: Date },
): BatchFields {
  const text = (field: string) => texts.get(field)?.trim() ?? "";
  const model = readModel(text("model"), models);
  return {
    name: readName(text("batch_name"), now),
    // Only what says yes is yes, as the document's service reads it; nothing at all is the default.
    autoStart: !texts.has("auto_start") || /^(true|1|yes|on)$/i.test(text("auto_start")),
    model,
    cache: readCache(text("cache")),
    webhookUrl: readWebhook(text("webhook_url")),
    maxCostMicros: readMaxCost(text("max_cost_usd")),
    lane: readLane(text("lane"), model ?? usual, laneModels),
    instruction: readQuestion(
      { text: text("instruction"), schema: text("schema") },
      { model: model ?? usual, models, defaultOnly },
    ),
  };
}

function readName(name: string, now: Date): string {
  if (name === "") return `Batch_${now.toISOString().replace(/[-:]/g, "").replace("T", "_").slice(0, 15)}`;
  if (name.length > maxNameLength) throw invalidField("batch_name", `at most ${maxNameLength} characters`);
  if (name.includes("\u0000")) throw invalidField("batch_name", "holds a NUL character");
  return name;
}

function readModel(model: string, models: readonly string[]): string | null {
  if (model === "") return null;
  if (!models.includes(model)) {
    throw invalidField(
      "model",
      `${model.slice(0, 100)} is not configured; expected one of ${models.join(", ")}`,
    );
  }
  return model;
}

function readCache(mode: string): CacheMode {
  if (mode === "") return "use";
  const known = cacheModes.find((each) => each === mode.toLowerCase());
  if (!known) throw invalidField("cache", `expected one of ${cacheModes.join(", ")}`);
  return known;
}

/** @param model that the batch would get */
function readLane(lane: string, model: string | null, laneModels: readonly string[]): LaneName {
  const name = lane.toLowerCase();
  if (name === "" || name === "online") return "online";
  if (name !== "batch") throw invalidField("lane", "expected online or batch");
  if (laneModels.length === 0) throw invalidField("lane", "no model with a batch lane is configured");
  if (model === null || !laneModels.includes(model)) {
    const has = `${model ?? "a batch without a model"} has no batch lane`;
    throw invalidField("lane", `${has}; name as model one of ${laneModels.join(", ")}`);
  }
  return "batch";
}

function readMaxCost(dollars: string): number | null {
  if (dollars === "") return null;
  const micros = readDollars(dollars);
  if (micros === null) throw invalidField("max_cost_usd", maxCostError);
  return micros;
}

function readWebhook(address: string): string | null {
  if (address === "") return null;
  if (!isWebhookUrl(address)) throw invalidField("webhook_url", webhookUrlError);
  return address;
}
