import type { VisionModel } from "../../models/contract.ts";

/** The models that batches can be worked on with. */
export interface Vision {
  /** What a batch gets that names none; null where none is configured. */
  readonly usual: VisionModel | null;
  readonly named: ReadonlyMap<string, VisionModel>;
}

/** Null where the model that was asked for, or any, is missing. */
export const chooseModel = ({ usual, named }: Vision, name: string | null): VisionModel | null =>
  name === null ? usual : (named.get(name) ?? null);

/** Why a batch is paused that nobody can work on. */
export const missingModel = (name: string | null): string =>
  name === null
    ? "No vision model is configured. Configure one and resume the batch, or create it again with model=local, which " +
      "reads text and measures pictures offline."
    : `The model ${name} is not configured any more. Configure it and resume the batch.`;
