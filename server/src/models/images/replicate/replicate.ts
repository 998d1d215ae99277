import { z } from "zod";
import type { HttpAnswer } from "../../hosted/exchange.ts";
import { readBody } from "../../hosted/json-body.ts";
import { ProviderError } from "../../hosted/provider.ts";
import type {
  Found,
  ImageCall,
  ImageProvider,
  ImageProviderSettings,
  Prepared,
  StartCall,
} from "../contract.ts";
import { inputOf, prepare, readPrepared } from "./body.ts";
import { createCallbacks } from "./callbacks.ts";
import { describeReplicate } from "./describe.ts";
import { errorIn, startFailure } from "./failure.ts";
import { findPredictions } from "./find.ts";
import { inTable, learnedFrom, parseModelName, rulesFor } from "./model-rules.ts";
import { readModelTable } from "./model-table.ts";
import { type PredictionOperation, readOperation } from "./operation.ts";
import { type Prediction, predictionSchema, spokenIn, statusOf } from "./prediction.ts";
import { freeFailure, isGood, send, sendFree, strangeAnswer } from "./wire.ts";

/** The shortest deadline that Replicate takes, in seconds. */
const leastDeadline = 5;

/** Predictions of Replicate's: official models, and versions of all others. */
export function createReplicate(settings: ImageProviderSettings): ImageProvider {
  const table = readModelTable();
  const ask = (call: ImageCall, method: "GET" | "POST", path: string): Promise<HttpAnswer> =>
    sendFree(settings, call, { method, path });

  return {
    name: "replicate",
    models: table.map(({ id }) => id),
    describe: (model, { learned } = {}) => describeReplicate(table, model, learned),
    callbacks: createCallbacks(settings),

    async learn(model, call) {
      const name = parseModelName(model);
      if (inTable(table, name)) return null;
      const { base, version } = name;
      const path = version === null ? `models/${base}` : `models/${base}/versions/${version}`;
      const answer = await ask(call, "GET", path);
      if (answer.status === 404 && errorIn(answer)) throw modelUnknown();
      if (!isGood(answer)) throw freeFailure(answer, { apiKey: call.apiKey, instruction: "" });
      const described = readBody(z.unknown(), answer.body);
      if (described === null) throw strangeAnswer("model", false);
      const learned = learnedFrom(described, name);
      if (learned === null) throw unusableModel();
      return learned;
    },

    check: (model, request, { learned } = {}) => prepare(rulesFor(table, model, learned), request),

    async start(call) {
      const { model, prepared, callback, giveUpMs, startId } = call;
      const body = readPrepared(prepared);
      const { base } = parseModelName(model);
      const input = inputOf(body, { startId });
      const answer = await send(settings, call, {
        method: "POST",
        path: body.version === null ? `models/${base}/predictions` : "predictions",
        headers: {
          "content-type": "application/json",
          ...(giveUpMs !== null && {
            "cancel-after": `${Math.max(leastDeadline, Math.ceil(giveUpMs / 1_000))}s`,
          }),
        },
        body: JSON.stringify({
          ...(body.version !== null && { version: body.version }),
          input,
          // The logs are looked at when the status is: they would come twice a second.
          ...(callback && { webhook: callback.url, webhook_events_filter: ["start", "completed"] }),
        }),
        onSent: call.onSent,
      });
      const secrets = { apiKey: call.apiKey, instruction: spokenIn(input) };
      if (!isGood(answer)) throw new ProviderError(startFailure(answer, secrets));
      const prediction = readBody(predictionSchema, answer.body);
      if (prediction === null) throw strangeAnswer("prediction", true);
      return { as: "running", ...foundAs(prediction, call) };
    },

    async find(call) {
      const input = inputOf(readPrepared(call.prepared), call);
      const predictions = await findPredictions(settings, call, input);
      return predictions.map((prediction) => foundAs(prediction, call));
    },

    async status(stored, call) {
      const operation = readOperation(stored);
      const answer = await ask(call, "GET", `predictions/${operation.prediction}`);
      if (answer.status === 404 && errorIn(answer))
        return { as: "gone", reason: "Replicate knows no such prediction any more." };
      if (!isGood(answer)) throw freeFailure(answer, { apiKey: call.apiKey, instruction: "" });
      const prediction = readBody(predictionSchema, answer.body);
      if (prediction?.id !== operation.prediction) throw strangeAnswer("prediction", false);
      return statusOf(prediction, operation, call.apiKey);
    },

    async cancel(stored, call) {
      const { prediction } = readOperation(stored);
      const answer = await ask(call, "POST", `predictions/${prediction}/cancel`);
      // What Replicate itself says is not there, or cannot be cancelled any more, is over.
      const isOver = [404, 409, 422].includes(answer.status) && errorIn(answer) !== null;
      if (!isGood(answer) && !isOver) throw freeFailure(answer, { apiKey: call.apiKey, instruction: "" });
      if (isGood(answer) && readBody(predictionSchema, answer.body) === null)
        throw strangeAnswer("prediction", false);
    },
  };
}

type Asked = Pick<StartCall, "model" | "startId" | "apiKey"> & { readonly prepared: Prepared };

function foundAs(prediction: Prediction, { model, prepared, startId, apiKey }: Asked): Found {
  const body = readPrepared(prepared);
  const seed = body.seed === null ? null : inputOf(body, { startId })[body.seed.name];
  const operation: PredictionOperation = {
    prediction: prediction.id,
    model,
    count: prepared.count,
    seed: typeof seed === "number" ? seed : null,
    micros_per_image: body.micros_per_image,
  };
  return { operation, status: statusOf(prediction, operation, apiKey) };
}

const modelUnknown = () =>
  new ProviderError({ kind: "model_unknown", reason: "Replicate has no such model, or not for this key." });

const unusableModel = () =>
  new ProviderError({ kind: "model_unknown", reason: "Replicate does not say what this model takes." });
