import { z } from "zod";
import type { Config } from "./config.ts";
import { settings } from "./settings.ts";

/** A setting as an operator may see it: nothing of a secret but whether there is one. */
export interface ShownSetting {
  readonly name: string;
  readonly group: string;
  /** As it could be written; null for a secret, and where the default is not one value. */
  readonly value: string | null;
  /** As the documentation says it. */
  readonly default: string;
  readonly set: boolean;
  readonly secret: boolean;
  /** Checked, and without an effect yet: none is. */
  readonly reserved: false;
  readonly description: string;
}

const described = z.object({
  group: z.string(),
  description: z.string(),
  default: z.string(),
  secret: z.literal(true).exactOptional(),
});

const rate = z.object({ max: z.number(), windowMs: z.number() });
const units = new Map([
  [1_000, "second"],
  [60_000, "minute"],
  [3_600_000, "hour"],
]);

/** The configuration in force, in the order of the documentation. */
export function shownSettings(config: Config): readonly ShownSetting[] {
  const values: Readonly<Record<string, unknown>> = { ...config };
  return Object.entries(settings).map(([name, schema]) => {
    const { group, description, default: fallback, secret } = described.parse(schema.meta());
    return {
      ...{ name, group, default: fallback, description },
      value: secret ? null : shownValue(values[name]),
      set: config.given.has(name),
      secret: secret ?? false,
      reserved: false,
    };
  });
}

function shownValue(value: unknown): string | null {
  if (value === undefined) return null;
  // Only rates can be nothing: none is counted.
  if (value === null) return "off";
  if (Array.isArray(value)) return value.map(shownValue).join(",");
  if (typeof value === "boolean") return value ? "on" : "off";
  // Also of what takes one address: nobody keeps people from writing two.
  if (typeof value === "string") return value.split(",").map(shownText).join(",");
  const limit = rate.safeParse(value);
  return limit.success ? `${limit.data.max}/${units.get(limit.data.windowMs)}` : String(value);
}

/** Of an address neither user and password, nor what is behind a `?`: drivers take passwords there too. */
function shownText(text: string): string {
  if (!text.includes("://")) return text;
  const url = URL.parse(text);
  if (url === null) return `${text.slice(0, text.indexOf("://"))}://…`;
  const hidden = url.search === "" && url.hash === "" ? "" : "?…";
  const shown = `${url.protocol}//${url.host}${url.pathname}`;
  // A parser puts a slash where nobody wrote one.
  return `${text.endsWith("/") ? shown : shown.replace(/\/$/, "")}${hidden}`;
}
