import { decodeBase64 } from "../base64.ts";
import type { ImageFormat, Output } from "../contract.ts";

/** What was found in the output of a model. */
interface ReadOutputs {
  readonly outputs: readonly Output[];
  /** Entries that are null. */
  readonly empty: number;
  readonly unreadable: number;
}

/** The names under which models that answer with an object have their pictures. */
const lists = ["images", "image_urls", "urls", "output", "outputs"];
const single = ["url", "image", "image_url", "uri"];

/**
 * A model's output, which is what its author made it: an address, a list of them with nulls in it, or an object with
 * either. Small ones may come as data URLs.
 */
export function readOutputs(output: unknown, seed: number | null): ReadOutputs {
  const outputs: Output[] = [];
  let empty = 0;
  let unreadable = 0;
  for (const piece of piecesOf(output)) {
    const picture = pictureIn(piece);
    if (picture) outputs.push({ ...picture, seed });
    else if (piece === null) empty += 1;
    else unreadable += 1;
  }
  return { outputs, empty, unreadable };
}

function piecesOf(output: unknown): readonly unknown[] {
  if (Array.isArray(output)) return output;
  if (output === null || output === undefined) return [];
  for (const name of lists) {
    const list = memberOf(output, name);
    if (Array.isArray(list)) return list;
  }
  return [output];
}

type Picture = { readonly url: string } | { readonly bytes: Buffer; readonly format: ImageFormat | null };

function pictureIn(piece: unknown): Picture | null {
  const text =
    typeof piece === "string"
      ? piece
      : single.map((name) => memberOf(piece, name)).find((member) => typeof member === "string");
  if (typeof text !== "string") return null;
  const [head = "", type = ""] = /^data:image\/([\w.+-]+);base64,/.exec(text.slice(0, 100)) ?? [];
  if (head !== "") {
    const bytes = decodeBase64(text.slice(head.length));
    return bytes && { bytes, format: formats[type] ?? null };
  }
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) ? { url: text } : null;
}

const formats: Readonly<Record<string, ImageFormat>> = {
  png: "png",
  jpeg: "jpeg",
  jpg: "jpeg",
  webp: "webp",
};

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}
