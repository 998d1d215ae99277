import { z } from "zod";
import { readBody } from "../../hosted/json-body.ts";
import { ProviderError } from "../../hosted/provider.ts";
import type { ImageCall, ImageProvider, ImageProviderSettings } from "../contract.ts";
import { readAnswer } from "./answer.ts";
import { prepare, readPrepared } from "./body.ts";
import { describeA1111 } from "./describe.ts";
import { a1111Failure } from "./failure.ts";
import { learnedFrom } from "./samplers.ts";
import { isGood, send, sendFree, strangeAnswer } from "./wire.ts";

interface A1111Images extends ImageProvider {
  /**
   * How far the server is with what it makes at the moment, from 0 to 1; null where it makes nothing or does not say. It is
   * for whoever has a clock: `start` is one request, and to ask while it waits takes one that repeats.
   */
  progress(call: ImageCall): Promise<number | null>;
}

const progressSchema = z.object({ progress: z.number().nonnegative() });

/**
 * The API that A1111's web UI began, and Forge, SD.Next and stable-diffusion.cpp's server have as well. `baseUrl` ends with
 * `/sdapi/v1`. A model is a checkpoint's name, or `default` for what is loaded.
 */
export function createA1111Images(settings: ImageProviderSettings): A1111Images {
  return {
    name: "a1111",
    models: [],
    describe: (_model, { learned } = {}) => describeA1111(learned),

    async learn(_model, call) {
      const answer = await sendFree(settings, call, { method: "GET", path: "samplers" });
      if (answer === null) return null;
      const learned = learnedFrom(readBody(z.unknown(), answer.body));
      if (learned === null) throw strangeAnswer("samplers", false);
      return learned;
    },

    check: (model, request, { learned } = {}) => prepare(model, request, learned),

    async start(call) {
      const { model, prepared, onSent } = call;
      const body = readPrepared(prepared);
      const answer = await send(settings, call, {
        method: "POST",
        path: "txt2img",
        body: JSON.stringify(body),
        onSent,
      });
      const { prompt, negative_prompt = "", seed = null } = body;
      const secrets = { apiKey: call.apiKey, instruction: `${prompt}\n${negative_prompt}` };
      if (!isGood(answer)) throw new ProviderError(a1111Failure(answer, secrets));
      return { as: "finished", status: readAnswer(answer, { model, seed }) };
    },

    async progress(call) {
      const path = "progress?skip_current_image=true";
      const answer = await sendFree(settings, call, { method: "GET", path });
      const read = answer && readBody(progressSchema, answer.body);
      // They say zero of nothing, too.
      return read === null || read.progress === 0 ? null : Math.min(read.progress, 1);
    },

    /**
     * Stops whatever the server makes at the moment, for whomever: it is to be asked only where the aborted start is the one
     * that it works at. Of what it stops A1111 sends the half-made picture to whoever still waits, as if it were done.
     */
    async interrupt(call) {
      await sendFree(settings, call, { method: "POST", path: "interrupt" });
    },
  };
}
