import type { Json, JsonObject, Parameter, Warning } from "../contract.ts";
import { boundsOf, fitNumber } from "./fit-number.ts";
import type { ModelInput, Property } from "./model-input.ts";

/** What is sent, and what is said of it, while it is being made. */
export interface Draft {
  readonly input: JsonObject;
  readonly warnings: readonly Warning[];
  /** The first of these that the model takes. */
  find(names: readonly string[]): { readonly name: string; readonly property: Property } | null;
  has(name: string): boolean;
  set(name: string, value: Json): void;
  warn(code: Warning["code"], parameter: Parameter, message: string): void;
  /**
   * Brings a number within the model's bounds.
   *
   * @param words what it is, in a sentence: "This model takes … from 1 to 4"
   */
  setNumber(name: string, value: number, parameter: Parameter, words: string): void;
}

export function createDraft({ properties }: ModelInput): Draft {
  // Without a prototype: names are the model's, and the caller's.
  const input: Record<string, Json> = Object.create(null);
  const warnings: Warning[] = [];
  const propertyOf = (name: string) => (Object.hasOwn(properties, name) ? properties[name] : undefined);
  const draft: Draft = {
    input,
    warnings,
    find(names) {
      for (const name of names) {
        const property = propertyOf(name);
        if (property) return { name, property };
      }
      return null;
    },
    has: (name) => Object.hasOwn(input, name),
    set(name, value) {
      input[name] = value;
    },
    warn(code, parameter, message) {
      warnings.push({ code, parameter, message });
    },
    setNumber(name, given, parameter, words) {
      const property = propertyOf(name);
      if (!property) return;
      const { value, code } = fitNumber(property, given);
      draft.set(name, value);
      if (code === null) return;
      draft.warn(
        code,
        parameter,
        `This model takes ${words}${boundsOf(property)}: ${given} became ${value}.`,
      );
    },
  };
  return draft;
}
