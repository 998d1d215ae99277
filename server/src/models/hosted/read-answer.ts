import type { Instruction } from "../contract.ts";
import { type CheckAnswer, checkOf, UnsupportedSchema } from "./answer-schema.ts";
import { type HostedAnswer, ProviderError, type Usage } from "./provider.ts";
import { readJsonObject } from "./repair-json.ts";

/**
 * The check of an instruction's answers: to be had before anything is sent, so that nothing is paid for an answer that
 * cannot be checked.
 *
 * @throws {ProviderError} `rejected`
 */
export function checkFor({ schema }: Instruction): CheckAnswer {
  try {
    return checkOf(schema);
  } catch (error) {
    if (!(error instanceof UnsupportedSchema)) throw error;
    const reason = `The schema cannot be asked for: ${error.message}.`;
    throw new ProviderError({ kind: "rejected", reason });
  }
}

/**
 * What a model wrote → what it was asked for.
 *
 * @throws {ProviderError} `invalid_output`
 */
export function readAnswer(
  text: string,
  check: CheckAnswer,
  usage: Usage | null,
): Pick<HostedAnswer, "output" | "repaired"> {
  const found = readJsonObject(text);
  if (!found) throw invalidOutput("The answer is not the JSON object that was asked for.", usage);
  const checked = check(found.value);
  if ("problem" in checked) {
    throw invalidOutput(`The answer does not obey the schema: ${checked.problem}.`, usage);
  }
  return { output: checked.output, repaired: found.repaired };
}

const invalidOutput = (reason: string, usage: Usage | null): ProviderError =>
  new ProviderError({ kind: "invalid_output", reason, usage });
