import type { Json, Parameter, Warning } from "../contract.ts";

interface Bounds {
  readonly least: number;
  readonly most: number;
  /** Null for numbers with a fraction. */
  readonly step: number | null;
}

/** What is sent, and what is said of it, while it is being made. */
export interface Draft {
  readonly body: Readonly<Record<string, Json>>;
  readonly warnings: readonly Warning[];
  set(name: string, value: Json): void;
  ignore(parameter: Parameter, message: string): void;
  /** Brings a number within bounds. @param words what it is, in a sentence: "These servers take … from 1 to 150" */
  setNumber(name: string, given: number, bounds: Bounds, parameter: Parameter, words: string): void;
}

export function createDraft(): Draft {
  const body: Record<string, Json> = {};
  const warnings: Warning[] = [];
  return {
    body,
    warnings,
    set(name, value) {
      body[name] = value;
    },
    ignore(parameter, message) {
      warnings.push({ code: "ignored", parameter, message });
    },
    setNumber(name, given, { least, most, step }, parameter, words) {
      const clamped = Math.min(Math.max(given, least), most);
      const value = step === null ? clamped : Math.round(clamped / step) * step;
      body[name] = value;
      if (value === given) return;
      const inSteps = step === null || step === 1 ? "" : ` in steps of ${step}`;
      warnings.push({
        code: clamped === given ? "adjusted" : "clamped",
        parameter,
        message: `This server takes ${words} from ${least} to ${most}${inSteps}: ${given} became ${value}.`,
      });
    },
  };
}
