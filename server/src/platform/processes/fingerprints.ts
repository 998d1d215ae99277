import { createHmac } from "node:crypto";
import type { Config } from "../config.ts";
import { settings } from "../settings.ts";
import { ownSettings } from "./common-settings.ts";

const common = (Object.keys(settings) as (keyof typeof settings)[]).filter((name) => !ownSettings.has(name));
/** Nothing else can be compared where it differs. */
const secretName = "JWT_SECRET_KEY";

export type Fingerprints = Readonly<Record<string, string | null>>;

/**
 * A hash of each setting that all processes have in common, under a key that is derived from what signs: whoever reads
 * the database cannot try values against it. Processes with different keys have nothing else to compare.
 */
export function fingerprintsOf(config: Config, key: Uint8Array): Fingerprints {
  const hash = (name: string, value: unknown) =>
    createHmac("sha256", key)
      .update(`${name}\n${JSON.stringify(value)}`)
      .digest("base64url")
      .slice(0, 22);
  return Object.fromEntries(
    common.map((name) => {
      if (name === secretName) return [name, hash(name, null)];
      return [name, config[name] === undefined ? null : hash(name, config[name])];
    }),
  );
}

/** Names of the settings that two processes have differently. One that another release does not know is not compared. */
export function differencesOf(one: Fingerprints, other: Fingerprints): readonly string[] {
  if (one[secretName] !== other[secretName]) return [secretName];
  return Object.keys(one).filter((name) => name in other && one[name] !== other[name]);
}
