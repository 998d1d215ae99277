import type { Checked, ImageRequest } from "../../models/images/contract.ts";

/** A model that can be asked, as jobs keep it. */
export interface ChosenModel {
  readonly provider: string;
  /** As its provider calls it. */
  readonly model: string;
}

/** The models that pictures can be made with. */
export interface ImageModels {
  /** What jobs get that name none; null where there is none. */
  readonly usual: ChosenModel | null;
  /** Those that are known by name, as a job may ask for them: `replicate/black-forest-labs/flux-schnell`. */
  readonly names: readonly string[];
  /** @returns null for what none of the providers has */
  find(name: string): ChosenModel | null;
  /**
   * What will be sent, and what of the request the model cannot follow. Asks the provider about a model that nobody has
   * described.
   *
   * @throws {ProviderError} what can only fail, or cannot be found out now
   */
  check(chosen: ChosenModel, request: ImageRequest): Promise<Checked>;
}
