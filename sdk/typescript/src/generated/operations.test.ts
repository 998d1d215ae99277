import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { startApp } from "../../../../server/test/world.ts";
import { namedShapes } from "../../generate/named-shapes.ts";
import { operationsFile } from "../../generate/operations-file.ts";

test("the types of operations are those that the service describes", async () => {
  const { app } = await startApp();
  const described = operationsFile((await app.http.inject({ url: "/openapi.json" })).json(), namedShapes);
  const written = readFileSync(new URL("operations.ts", import.meta.url), "utf8");
  // Compared by lines, so that a failure shows which differ.
  expect(written.split("\n"), "run `npm run client-types`").toEqual(described.split("\n"));
});
