import type { Checked, ImageRequest, ModelDescription } from "../../models/images/contract.ts";

/** A model that can be asked, as jobs keep it. */
export interface ChosenModel {
  readonly provider: string;
  /** As its provider calls it. */
  readonly model: string;
}

/** A model that is known by name, with what is known of it. */
export interface ListedModel extends ChosenModel {
  /** As a job names it. */
  readonly name: string;
  /** Whether it costs nobody anything. */
  readonly free: boolean;
  /** Null where nobody has described it yet. */
  readonly description: ModelDescription | null;
}

/** The models that pictures can be made with. */
export interface ImageModels {
  /** What jobs get that name none; null where there is none. */
  readonly usual: ChosenModel | null;
  /** Those that are known by name, as a job may ask for them: `replicate/black-forest-labs/flux-schnell`. */
  readonly names: readonly string[];
  /**
   * Those that a job may name and something is known of, and the usual ones of their providers; with a list of allowed
   * models these only. Asks nobody.
   */
  list(): readonly ListedModel[];
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
