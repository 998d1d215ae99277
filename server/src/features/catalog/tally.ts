import { noImagesMessage } from "./answers.ts";
import type { ProductResult } from "./statuses.ts";

/** What came of the images of a request, as far as it has come. */
export interface Tally {
  readonly images: { readonly total: number; readonly made: number; readonly failed: number };
  /** Of those that were made. */
  readonly inputBytes: number;
  readonly outputBytes: number;
  /** The most frequent one first. */
  readonly failures: readonly Failure[];
}

interface Failure {
  readonly code: string;
  /** Images, and products that name none. */
  readonly count: number;
  /** Of the first one, in the order of the file. */
  readonly message: string;
  /** Empty for a product that names none. */
  readonly url: string;
}

/** Reads all products of a request, once; memory does not grow with them. */
export async function tallyOf(pages: AsyncIterable<readonly ProductResult[]>): Promise<Tally> {
  const images = { total: 0, made: 0, failed: 0 };
  const failures = new Map<string, { -readonly [Key in keyof Failure]: Failure[Key] }>();
  let [inputBytes, outputBytes] = [0, 0];
  const fails = (code: string, message: string, url: string) => {
    const failure = failures.get(code) ?? { code, count: 0, message, url };
    failure.count += 1;
    failures.set(code, failure);
  };
  for await (const products of pages) {
    for (const { urls, outcomes, hasEnded } of products) {
      images.total += urls.length;
      if (hasEnded && urls.length === 0) fails("no_images", noImagesMessage, "");
      for (const [index, url] of urls.entries()) {
        const outcome = outcomes[index];
        if (outcome?.state === "made") {
          images.made += 1;
          inputBytes += outcome.inputBytes;
          outputBytes += outcome.outputBytes;
        } else if (outcome?.state === "failed") {
          images.failed += 1;
          fails(outcome.code, outcome.message, url);
        }
      }
    }
  }
  const byCount = [...failures.values()].sort((one, other) => other.count - one.count);
  return { images, inputBytes, outputBytes, failures: byCount };
}

/** Percent of the bytes, with one digit; null where there were none. */
export const savedPercent = ({ inputBytes, outputBytes }: Tally): number | null =>
  inputBytes === 0 ? null : Math.round((1 - outputBytes / inputBytes) * 1_000) / 10;
