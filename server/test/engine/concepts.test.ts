import { expect, test } from "vitest";
import { batchStates, legalFrom } from "../../src/engine/states.ts";
import { readDocument } from "../documents.ts";
import { expected } from "./transition-table.ts";

const page = await readDocument("docs/concepts.md");
const entries = Object.entries(expected) as [string, Record<string, string | null>][];

test("the table of docs/concepts.md is what the engine does", () => {
  const rows = page.split("\n").filter((line) => line.startsWith("| "));
  const cells = rows.map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  const head = cells.find(([first]) => first === "operation") ?? [];
  const table = cells.slice(cells.indexOf(head) + 2, cells.indexOf(head) + 2 + entries.length);
  expect(head.slice(1)).toEqual(batchStates);
  expect(table).toEqual(
    entries.map(([operation, to]) => [operation, ...batchStates.map((state) => to[state] ?? "–")]),
  );
});

test("its drawing has an arrow for each change of the table, and no other", () => {
  const arrows = [...page.matchAll(/^ {2}(\w+) --> (\w+): (.*)$/gm)].flatMap(([, from, to, operations]) =>
    (operations ?? "").split(", ").map((operation) => `${from} ${operation} ${to}`),
  );
  const byHand = arrows.filter((arrow) => entries.some(([operation]) => arrow.includes(` ${operation} `)));
  const changes = entries
    .flatMap(([operation, to]) => batchStates.map((from) => [from, operation, to[from]] as const))
    .filter(([from, , to]) => to !== null && to !== "gone" && to !== from)
    // Said once, for the stricter operation of the same name.
    .filter(
      ([from, operation, to]) =>
        !entries.some(([stricter, its]) => operation.startsWith(`${stricter} `) && its[from] === to),
    )
    .map((change) => change.join(" "));
  expect(byHand.sort()).toEqual(changes.sort());
  expect(arrows.filter((arrow) => !byHand.includes(arrow))).toEqual([
    "queued a worker takes a chunk processing",
    "processing the last chunk ended completed",
    "processing every chunk failed failed",
    "processing a handler holds it paused",
  ]);
});

test("what the code calls legal is what the table allows", () => {
  for (const [operation, states] of Object.entries(legalFrom))
    expect(states, operation).toEqual(
      batchStates.filter((state) => expected[operation as keyof typeof legalFrom][state] !== null),
    );
});
