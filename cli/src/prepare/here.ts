import { readFile, stat } from "node:fs/promises";
import { setFlagsFromString } from "node:v8";
import { createLocalPreparation, WishRefused } from "../../../server/src/prepare-locally.ts";
import { exitCodes, Failure, wrongUsage } from "../exit-codes.ts";
import type { Preparer, Wish } from "./preparer.ts";

/** As much as the service takes; a larger file is not read to be refused. */
const mostBytes = 50 * 2 ** 20;

/**
 * Prepares pictures in this process, by the rules and the code of the service.
 *
 * @throws {Failure} for a wish that cannot be granted
 */
export function prepareHere(
  wish: Wish,
  { concurrency, signal }: { readonly concurrency: number; readonly signal: AbortSignal },
): Preparer {
  // Pictures are memory outside the heap, of which V8 allows 64 MB until it begins to mark the heap, bit by bit beside the
  // work: here after every third picture, for a tenth of all time on the cores. At once it takes some milliseconds. The flag
  // is looked at where a marking would begin, and by nothing else.
  setFlagsFromString("--no-incremental-marking");
  const local = createLocalPreparation({ concurrency });
  const { provider, ...options } = wish;
  const checked = explained(() => local.check({ provider, options }));
  return {
    async prepare(path) {
      const { size } = await stat(path);
      if (size > mostBytes) throw tooLarge();
      const prepared = await local.prepare(await readFile(path), checked, signal);
      const { result, header, original, view, tokensBefore, warnings } = prepared;
      return {
        bytes: result.bytes,
        before: {
          format: header.format.toUpperCase(),
          width: original.width,
          height: original.height,
          bytes: original.bytes,
          tokens: tokensBefore,
        },
        after: {
          format: result.format.toUpperCase(),
          width: result.width,
          height: result.height,
          bytes: result.bytes.length,
          tokens: view.estimated_tokens,
        },
        model: view.model_view.model,
        scale: view.scale_to_original,
        quality: result.quality,
        passedThrough: result.passedThrough,
        warnings,
      };
    },
  };
}

const tooLarge = () =>
  new Failure(exitCodes.usage, "payload_too_large", "The file has more than 50 MB; send a smaller one.");

/** The fields of the API are options here: `max_dimension` is `--max-dimension`. */
function explained<Value>(check: () => Value): Value {
  try {
    return check();
  } catch (error) {
    if (error instanceof WishRefused) {
      throw wrongUsage(
        error.problems.map(({ field, message }) => `${optionOf(field)} ${message}`).join("\n"),
      );
    }
    if (error instanceof Error && "status" in error && error.status === 422) {
      throw wrongUsage(error.message.replace(/^options\.(\w+):/, (_, field: string) => optionOf(field)));
    }
    throw error;
  }
}

const optionNames: Readonly<Record<string, string>> = { background_color: "--background" };
const optionOf = (field: string) => `${optionNames[field] ?? `--${field.replaceAll("_", "-")}`}:`;
