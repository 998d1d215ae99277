import { createHash } from "node:crypto";
import type { KeyGroup, QuotaKey } from "./contract.ts";

/** Keys that cannot be read. Its message names entries by their place, never by what they hold. */
export class KeysUnreadable extends Error {
  override readonly name = "KeysUnreadable";
}

/** What stands for a key where a provider asks for none. */
export const noKey: QuotaKey = { id: "none", label: "no key", secret: null };

/** Keys are longer than names: those of Google have 39 characters. */
const groupName = /^[\w.-]{1,32}$/;
/** As an HTTP header takes it. */
const keyText = /^[\x21-\x7e]+$/;

/**
 * Reads `groupA:key1,groupA:key2,key3`. A key without a group is a group of its own, named after its hash: so it keeps
 * its state wherever it stands in the list.
 *
 * @throws {KeysUnreadable}
 */
export function parseKeys(text: string): readonly KeyGroup[] {
  const entries = text
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "")
    .map((entry, index) => readEntry(entry, index + 1));
  const groups = new Map<string, QuotaKey[]>();
  const places = new Map<string, number>();
  const labels = new Set<string>();
  for (const [index, { group, secret }] of entries.entries()) {
    const id = createHash("sha256").update(secret).digest("hex").slice(0, 32);
    const earlier = places.get(id);
    if (earlier !== undefined) throw new KeysUnreadable(`keys ${earlier} and ${index + 1} are the same`);
    places.set(id, index + 1);
    const name = group ?? `key-${id.slice(0, 8)}`;
    const key = { id, label: labelOf(secret, labels), secret };
    groups.set(name, [...(groups.get(name) ?? []), key]);
  }
  return [...groups].map(([name, keys]) => ({ name, keys }));
}

function readEntry(entry: string, place: number): { group: string | null; secret: string } {
  const colon = entry.indexOf(":");
  const group = colon < 0 ? null : entry.slice(0, colon).trim();
  const secret = entry.slice(colon + 1).trim();
  if (group !== null && !groupName.test(group))
    throw new KeysUnreadable(
      `key ${place} should be group:key, where the group is up to 32 letters, digits or . _ -`,
    );
  if (!keyText.test(secret))
    throw new KeysUnreadable(`key ${place} is empty or holds a character that no key has`);
  return { group, secret };
}

/** The end of a key, at most a quarter of it; numbered where two keys end alike. */
function labelOf(secret: string, taken: Set<string>): string {
  const shown = Math.min(4, Math.floor(secret.length / 4));
  const end = `…${secret.slice(secret.length - shown)}`;
  let label = end;
  for (let number = 2; taken.has(label); number += 1) label = `${end} (${number})`;
  taken.add(label);
  return label;
}
