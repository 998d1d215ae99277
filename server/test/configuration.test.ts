import { expect, test } from "vitest";
import { configurationResponse } from "../src/features/operations/configuration-schema.ts";
import { startApp } from "./world.ts";

const url = "/admin/configuration";

test("the configuration in force is the administrator's, by group, and has no secrets", async () => {
  const { app } = await startApp({
    ...{ ADMIN_TOKEN: "a-token-of-the-administrator", CHUNK_SIZE: "500" },
    GEMINI_API_KEYS: "project:a-key-of-a-provider",
  });
  expect((await app.http.inject({ url })).statusCode).toBe(401);
  const headers = { authorization: "Bearer a-token-of-the-administrator" };
  const answer = await app.http.inject({ url, headers });
  expect(answer.headers["cache-control"]).toBe("no-store");
  expect(answer.body).not.toMatch(/a-token-of|a-key-of/);
  const { data } = configurationResponse.parse(answer.json());
  expect(data.groups.map(({ name }) => name)).toContain("Batches");
  const settings = new Map(data.groups.flatMap((group) => group.settings).map((each) => [each.name, each]));
  expect(settings.get("CHUNK_SIZE")).toEqual({
    ...{ name: "CHUNK_SIZE", value: "500", default: "`2000`", set: true, secret: false, reserved: false },
    description: "Rows of a chunk.",
  });
  expect(settings.get("GEMINI_API_KEYS")).toMatchObject({ value: null, set: true, secret: true });
  expect([...settings.values()].filter(({ reserved }) => reserved)).toEqual([]);
});
