import type { BatchLane } from "../../models/batch-lane/contract.ts";
import type { VisionModel } from "../../models/contract.ts";

/** The models that batches can be worked on with. */
export interface Vision {
  /** What a batch gets that names none; null where none is configured. */
  readonly usual: VisionModel | null;
  readonly named: ReadonlyMap<string, VisionModel>;
  /** How those of the models are asked whose provider has a batch API; by their names. Absent: there are none. */
  readonly lanes?: ReadonlyMap<string, BatchLane>;
}

/** Null where the model that was asked for, or any, is missing. */
export const chooseModel = ({ usual, named }: Vision, name: string | null): VisionModel | null =>
  name === null ? usual : (named.get(name) ?? null);

/** Null where the provider of the model has no batch API. */
export const laneOf = ({ lanes }: Vision, { name }: VisionModel): BatchLane | null =>
  lanes?.get(name) ?? null;

/** Why a batch is paused whose lane is gone. */
export const missingLane = (model: string): string =>
  `${model} has no batch lane as it is configured now. Configure its provider and resume the batch, or create it again ` +
  "without lane=batch.";

/** Why a batch is paused that nobody can work on. */
export const missingModel = (name: string | null): string =>
  name === null
    ? "No vision model is configured. Configure one and resume the batch, or create it again with model=local, which " +
      "reads text and measures pictures offline."
    : `The model ${name} is not configured any more. Configure it and resume the batch.`;

/** Why a batch is paused whose model its provider replaces: at another price, and with other answers. */
export const anotherModel = (asked: string, answered: string): string =>
  `The provider answered with ${answered} where ${asked} was asked for. What it answered is kept. Create the batch again ` +
  `with model=${answered}, or without a model, to go on with it.`;
