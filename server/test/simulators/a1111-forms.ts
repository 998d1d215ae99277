import type { Piece, SpokenPictures } from "./image-simulator.ts";

/** Servers that have the same API, each with ways of its own. */
export type A1111Kind = "forge" | "sdnext" | "sdcpp";

/** Status and body of an answer. */
export interface A1111Form {
  readonly status: number;
  readonly body: unknown;
}

const usual: Readonly<Record<number, string>> = {
  400: "Invalid encoded image",
  401: "Incorrect username or password",
  404: "Not Found",
  422: "Input should be a valid integer",
};

/** An error as each server writes it. */
export function a1111Error(kind: A1111Kind, status: number, said?: string): A1111Form {
  const message = said ?? usual[status] ?? "Something went wrong";
  if (kind === "sdcpp")
    return {
      status,
      body: status >= 500 ? { error: "server_error", message } : { error: message },
    };
  if (kind === "sdnext") {
    const isRaised = status >= 500;
    const error = isRaised ? "RuntimeError" : "HTTPException";
    const told = isRaised ? { detail: "", errors: message } : { detail: message, errors: "" };
    return { status, body: { error, code: status, ...told, body: "" } };
  }
  const items = [{ type: "int_parsing", loc: ["body", "steps"], msg: message, input: "many" }];
  return { status, body: { detail: status === 422 ? items : message } };
}

export const samplersOf: Readonly<Record<A1111Kind, readonly string[]>> = {
  forge: ["DPM++ 2M", "DPM++ SDE", "Euler a", "Euler", "LMS", "Heun", "DDIM", "PLMS", "UniPC"],
  sdnext: ["Default", "── Euler ──", "Euler", "Euler a", "DPM++ 2M", "UniPC", "Heun", "DDIM", "PNDM"],
  sdcpp: ["default", "euler", "euler_a", "heun", "dpm2", "dpm++2m", "lcm", "ddim_trailing"],
};

/** What a server finds under a sampler's name besides the names that it lists. */
const aliases = ["Euler a", "Heun", "Euler", "DDIM", "DPM++ 2M"];

export const knowsSampler = (kind: A1111Kind, name: string) =>
  samplersOf[kind].includes(name) || (kind === "sdcpp" && aliases.includes(name));

interface Made {
  readonly kind: A1111Kind;
  readonly pieces: readonly Piece[];
  readonly prompt: string;
  readonly seed: number;
  /** The checkpoint that made it. */
  readonly model: string;
}

/** What `txt2img` answers. */
export function picturesForm({ kind, pieces, prompt, seed, model }: Made): A1111Form {
  const images = pieces.map((piece) => (typeof piece === "string" ? "<no picture>" : encoded(piece.bytes)));
  const info = {
    prompt,
    seed,
    all_seeds: pieces.map((_, at) => seed + at),
    ...(kind !== "sdcpp" && { index_of_first_image: 0 }),
    ...(kind !== "sdnext" && { sd_model_name: model }),
  };
  return { status: 200, body: { images, parameters: {}, info: JSON.stringify(info) } };
}

/** Nothing was made. */
const nothingForm = (kind: A1111Kind): A1111Form => ({
  status: 200,
  body: { images: kind === "sdcpp" ? [] : null, parameters: {}, info: "" },
});

const encoded = (bytes: Buffer) => bytes.toString("base64");

/** What is spoken in words of every provider, besides pictures. */
export function spokenForm(
  kind: A1111Kind,
  answer: Exclude<SpokenPictures, { readonly kind: "pictures" }>,
): A1111Form {
  if (answer.kind === "nothing") return nothingForm(kind);
  if (answer.kind === "error") return a1111Error(kind, answer.status, answer.message);
  return a1111Error(kind, 429, "127.0.0.1:/sdapi/v1/txt2img: rate limit exceeded");
}
