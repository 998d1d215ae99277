import { randomInt } from "node:crypto";
import { z } from "zod";
import { ProviderError } from "../../hosted/provider.ts";
import type {
  Checked,
  ImageRequest,
  ModelDescription,
  Output,
  Prepared,
  StartCall,
  Succeeded,
} from "../contract.ts";
import { chooseSize } from "./choose-size.ts";
import { describeLocal } from "./describe.ts";
import { ignoredIn } from "./ignored.ts";
import { renderLocally } from "./render-locally.ts";
import { createTurns } from "./turns.ts";

/** Pictures without a provider: no key, no network, no model, no cost. */
export interface LocalImages {
  readonly name: "local";
  readonly model: "local";
  /**
   * What of a request is not followed. One start makes all its pictures; where no seed is given, one is chosen here.
   *
   * @throws {ProviderError} `rejected` where no picture is asked for
   */
  check(request: ImageRequest): Checked;
  /** What of a request is followed. */
  describe(): ModelDescription;
  /**
   * Makes them one after the other, in turn with other starts: a start made again has the same bytes. The first picture
   * has the seed that was prepared, the second the next one, and so on.
   *
   * @throws the signal's reason, at once when that is aborted
   */
  start(prepared: Prepared, call: Pick<StartCall, "signal" | "onProgress">): Promise<Succeeded>;
}

/** Seeds go from 0 to one less. */
const seeds = 2 ** 31;

const bodySchema = z.object({
  prompt: z.string(),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  seed: z.number().int().nonnegative(),
  format: z.enum(["png", "jpeg", "webp"]),
  quality: z.number().nullable(),
});

/** Each has a queue of its own, in which there is one picture in memory at a time. */
export function createLocalImages(): LocalImages {
  const inTurn = createTurns();
  return {
    name: "local",
    model: "local",
    describe: describeLocal,

    check(request) {
      const { prompt, format, quality, count } = request;
      if (count < 1) throw new ProviderError({ kind: "rejected", reason: "No picture was asked for." });
      const { width, height, warnings } = chooseSize(request);
      const seed = request.seed ?? randomInt(seeds);
      const body = { prompt, width, height, seed, format, quality } satisfies z.infer<typeof bodySchema>;
      return { warnings: [...warnings, ...ignoredIn(request)], starts: [{ count, body }] };
    },

    async start({ body, count }, { signal, onProgress }) {
      const { seed: first, ...asked } = bodySchema.parse(body);
      const outputs: Output[] = [];
      while (outputs.length < count) {
        const done = outputs.length;
        const seed = (first + done) % seeds;
        const tell = (progress: number) => onProgress?.((done + progress) / count);
        const { bytes, format } = await inTurn(signal, () => renderLocally({ ...asked, seed }, signal, tell));
        outputs.push({ bytes, format, seed });
      }
      return {
        as: "succeeded",
        model: "local",
        outputs,
        dropped: 0,
        unreadable: 0,
        seconds: null,
        usage: null,
        costMicros: 0,
      };
    },
  };
}
