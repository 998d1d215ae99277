import { requestIdOf } from "./error-answer.ts";
import { FoveaError } from "./errors.ts";
import { builtin } from "./runtime.ts";

/** A picture that came as bytes, with what its headers say of it. */
class Picture {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** `image/jpeg`. */
  readonly media_type: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Names the request in the service's log. */
  readonly correlation_id: string | null;
  /** Milliseconds in the service, waiting included. */
  readonly processing_time_ms: number | null;

  constructor(bytes: Uint8Array<ArrayBuffer>, headers: Headers) {
    const facts = new Facts(headers);
    this.bytes = bytes;
    this.media_type = headers.get("content-type")?.split(";")[0] ?? "application/octet-stream";
    this.width = facts.number("x-image-width");
    this.height = facts.number("x-image-height");
    this.correlation_id = requestIdOf(headers);
    this.processing_time_ms = facts.optional("x-image-process-time");
  }

  /** Bytes. */
  get size(): number {
    return this.bytes.length;
  }

  blob(): Blob {
    return new Blob([this.bytes], { type: this.media_type });
  }

  /** As pages and the APIs of models take it; a third larger than the bytes. */
  data_url(): string {
    let text = "";
    // In pieces: all bytes at once are more arguments than a function takes.
    for (let at = 0; at < this.bytes.length; at += 32_768) {
      text += String.fromCharCode(...this.bytes.subarray(at, at + 32_768));
    }
    return `data:${this.media_type};base64,${btoa(text)}`;
  }

  /** Writes it to a file, in Node.js. */
  async save(path: string): Promise<void> {
    await builtin("node:fs/promises").writeFile(path, this.bytes);
  }
}

/** An image that its model accepts. */
export class PreparedImage extends Picture {
  /** `JPEG`, `PNG` or `WEBP`; `GIF` where one passed through. */
  readonly format: string;
  readonly original_format: string;
  /** Pixels, upright. */
  readonly original_width: number;
  readonly original_height: number;
  /** Bytes. */
  readonly original_size: number;
  /** Whether the pixels are those of the original: at most metadata was cut out. */
  readonly passed_through: boolean;
  /** Of the encoding; null for PNG and for what passed through. */
  readonly quality: number | null;
  /** The model that the next members are about: the one named, else the provider's usual one. */
  readonly model: string;
  /** The size at which the model will see it, in pixels. */
  readonly model_width: number;
  readonly model_height: number;
  /** What a coordinate in what the model sees is multiplied with, to be one in the upright original. */
  readonly scale_x: number;
  readonly scale_y: number;
  /** Input tokens for this model, by its vendor's published rule: an estimate. Null where there is none. */
  readonly estimated_tokens: number | null;
  readonly warnings: string | null;

  constructor(bytes: Uint8Array<ArrayBuffer>, headers: Headers) {
    super(bytes, headers);
    const facts = new Facts(headers);
    this.format = facts.text("x-image-format");
    this.original_format = facts.text("x-image-original-format");
    this.original_width = facts.number("x-image-original-width");
    this.original_height = facts.number("x-image-original-height");
    this.original_size = facts.number("x-image-original-size");
    this.passed_through = headers.get("x-image-passed-through") === "true";
    this.quality = facts.optional("x-image-quality");
    this.model = facts.text("x-image-model");
    this.model_width = facts.number("x-image-model-width");
    this.model_height = facts.number("x-image-model-height");
    this.scale_x = facts.number("x-image-scale-x");
    this.scale_y = facts.number("x-image-scale-y");
    this.estimated_tokens = facts.optional("x-image-estimated-tokens");
    this.warnings = headers.get("x-image-warnings");
  }
}

/** A small copy of an image. */
export class Thumbnail extends Picture {}

/** Reads facts from headers. What a proxy has cut off is told by its name, rather than by a NaN far away. */
class Facts {
  readonly #headers: Headers;

  constructor(headers: Headers) {
    this.#headers = headers;
  }

  text(name: string): string {
    const value = this.#headers.get(name);
    if (value !== null) return value;
    throw new FoveaError(
      `The answer has no header ${name}. A proxy may have removed it, or a browser keep it back: see CORS_ORIGINS.`,
    );
  }

  number(name: string): number {
    return Number(this.text(name));
  }

  optional(name: string): number | null {
    const value = this.#headers.get(name);
    return value === null ? null : Number(value);
  }
}
