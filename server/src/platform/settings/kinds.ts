import { z } from "zod";

/** One configuration variable: how it is parsed, and what `docs/configuration.md` says of it. */
export interface Setting {
  readonly group: string;
  readonly description: string;
  /** How the default reads in the documentation. */
  readonly default: string;
  /** Whoever knows it may do what this service may: it is shown to nobody. */
  readonly secret?: true;
}

export const list = (text: string) =>
  text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");

export const wholeNumber = (minimum: number, maximum: number) =>
  z
    .string()
    .refine((text) => /^\d+$/.test(text) && Number(text) >= minimum && Number(text) <= maximum, {
      error: `expected a whole number from ${minimum} to ${maximum}`,
    })
    .transform(Number);
export const port = wholeNumber(0, 65_535);
export const flag = z
  .enum(["on", "off", "true", "false", "1", "0", "yes", "no"], { error: "expected on or off" })
  .transform((text) => ["on", "true", "1", "yes"].includes(text));
const hasUser = ({ username, password }: URL) => username !== "" || password !== "";
export const oneOf = <const Values extends readonly string[]>(values: Values) =>
  z.enum(values, { error: `expected one of: ${values.join(", ")}` });
/** Paths are put behind it, and it is named in logs and errors: no place for a password. */
export const httpUrl = z
  .url({ protocol: /^https?$/, error: "expected an http:// or https:// address", abort: true })
  .refine((text) => !/[?#]/.test(text), {
    error: "expected an address without a query (?) or a fragment (#)",
    abort: true,
  })
  .refine((text) => !hasUser(new URL(text)), { error: "expected an address without a user name or password" })
  .transform((text) => text.replace(/\/+$/, ""));
export const text = z.string();
export const secretList = z.string().transform(list);

export const serviceAddress = (fallback: string) => httpUrl.default(fallback);

/** `60/minute` or `5/second`, `1000/hour`; `off` for none. */
export const rate = z
  .string()
  .regex(/^([1-9]\d{0,8}\/(second|minute|hour)|off)$/, { error: "expected a rate such as 60/minute, or off" })
  .transform((text) => {
    if (text === "off") return null;
    const [count, unit] = text.split("/");
    const windows = { second: 1000, minute: 60_000, hour: 3_600_000 } as const;
    return { max: Number(count), windowMs: windows[unit as keyof typeof windows] };
  });

export function describe<Schema extends z.ZodType>(
  schema: Schema,
  group: string,
  fallback: string,
  description: string,
  more: { secret?: true } = {},
): Schema {
  return schema.meta({ group, default: fallback, description, ...more } satisfies Setting);
}

export const secret = { secret: true } as const;
