import type { Warning } from "../contract.ts";
import type { Property } from "./model-input.ts";

interface Fitted {
  readonly value: number;
  /** Null where it is as it was. */
  readonly code: Exclude<Warning["code"], "ignored"> | null;
}

/** The nearest number that a model takes. */
export function fitNumber(property: Property, given: number): Fitted {
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = property;
  const clamped = Math.min(Math.max(given, minimum), maximum);
  const choices = numbersIn(property);
  const value = choices.length > 0 ? nearest(choices, given) : onStep(property, clamped);
  if (value === given) return { value, code: null };
  return { value, code: clamped === given ? "adjusted" : "clamped" };
}

/** What it takes, for the end of a sentence: " from 1 to 4". */
export function boundsOf(property: Property): string {
  const { minimum, maximum, multipleOf, type } = property;
  const choices = numbersIn(property);
  if (choices.length > 0) return ` of ${choices.length > 24 ? "certain values only" : choices.join(", ")}`;
  const step = multipleOf === undefined ? "" : ` in steps of ${multipleOf}`;
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}${step}`;
  if (maximum !== undefined) return ` up to ${maximum}${step}`;
  if (minimum !== undefined) return ` from ${minimum} on${step}`;
  return step || (type === "integer" ? " without a fraction" : "");
}

const numbersIn = (property: Property) => property.enum?.filter((each) => typeof each === "number") ?? [];

const nearest = (choices: readonly number[], to: number) =>
  choices.reduce((best, each) => (Math.abs(each - to) < Math.abs(best - to) ? each : best));

function onStep({ minimum = 0, maximum, multipleOf, type }: Property, value: number): number {
  const step = multipleOf ?? (type === "integer" ? 1 : null);
  if (step === null) return value;
  // A side of no pixels is a multiple of eight too.
  const least = multipleOf === undefined ? minimum : Math.max(minimum, step);
  const rounded = Math.round(value / step) * step;
  if (rounded < least) return Math.ceil(least / step) * step;
  return maximum !== undefined && rounded > maximum ? Math.floor(maximum / step) * step : rounded;
}
