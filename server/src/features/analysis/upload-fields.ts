import type { BatchOptions, CacheMode } from "./batch-options.ts";
import { invalidField } from "./errors.ts";

/** The settings of an upload. */
export interface BatchFields extends Pick<BatchOptions, "model" | "cache" | "webhookUrl"> {
  readonly name: string;
  readonly autoStart: boolean;
}

const maxNameLength = 255;
const maxAddressLength = 2_048;
const cacheModes: readonly CacheMode[] = ["use", "revalidate", "refresh"];

/**
 * Reads the text fields of the form. Fields that are not known are ignored, as the reference's service does.
 *
 * @throws {AppError} `validation_error` that names the field and what it may be
 */
export function readFields(
  texts: ReadonlyMap<string, string>,
  { models, now }: { readonly models: readonly string[]; readonly now: Date },
): BatchFields {
  const text = (field: string) => texts.get(field)?.trim() ?? "";
  return {
    name: readName(text("batch_name"), now),
    // Only what says yes is yes, as the document's service reads it; nothing at all is the default.
    autoStart: !texts.has("auto_start") || /^(true|1|yes|on)$/i.test(text("auto_start")),
    model: readModel(text("model"), models),
    cache: readCache(text("cache")),
    webhookUrl: readWebhook(text("webhook_url")),
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

const isShortUrl = (text: string) => text.length <= maxAddressLength && URL.canParse(text);

function readWebhook(address: string): string | null {
  if (address === "") return null;
  const valid = /^https?:\/\//i.test(address) && isShortUrl(address) && !address.includes("\u0000");
  if (!valid) throw invalidField("webhook_url", "expected an http:// or https:// address");
  return address;
}
