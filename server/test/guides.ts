import { expect } from "vitest";
import { type CodeBlock, pointedTo, run } from "./documents.ts";

/** These open a database, read pictures and wait between two looks, as clients do. */
export const patient = { timeout: 120_000 };

/**
 * Lets an example that looks again after some seconds look after a twentieth of them: a client waits so long for the
 * server's sake, and here there is one.
 */
export const impatient = (example: string) =>
  example
    .replaceAll("sleep 2; done", "sleep 0.1; done")
    .replace(/setTimeout\(wake, (.+)\)\);$/gm, "setTimeout(wake, ($1) / 20));")
    .replace(/time\.sleep\((.+)\)$/gm, "time.sleep(($1) / 20)");

/**
 * Runs the commands of a guide in their order.
 *
 * @returns what each block printed, by the block
 */
export async function runCommands(guide: readonly CodeBlock[], baseUrl: string, folder: string) {
  const commands = guide.filter(({ language, text }) => language === "sh" && text.includes("curl "));
  const mark = "=== next block";
  const script = commands.map(({ text }) => text).join(`echo "${mark}"\n`);
  const failing = pointedTo(baseUrl, impatient(script)).replaceAll(
    "curl -sS",
    "curl -sS --fail-with-body -w '\\n'",
  );
  const printed = (await run(folder, "sh", ["-ec", failing])).split(`${mark}\n`);
  return new Map(commands.map((block, index) => [block, printed[index] ?? ""]));
}

/** Each answer that a guide shows is the last line that the commands above it print. */
export function expectShown(
  guide: readonly CodeBlock[],
  printed: ReadonlyMap<CodeBlock, string>,
  labels: string[],
) {
  const shown = guide.filter(({ language, label }) => language === "json" && label !== "");
  expect(shown.map(({ label }) => label)).toEqual(labels);
  for (const block of shown) {
    const above = guide.slice(0, guide.indexOf(block)).findLast((each) => printed.has(each));
    const answer = above && printed.get(above)?.trim().split("\n").at(-1);
    expect(JSON.parse(answer ?? "null"), block.label).toMatchObject(JSON.parse(block.text));
  }
}
