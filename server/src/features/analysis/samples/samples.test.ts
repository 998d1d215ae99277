import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { expect, onTestFinished, test } from "vitest";
import { requireAccessLevels } from "../../../platform/auth/access.ts";
import { createHttp } from "../../../platform/http/http.ts";
import { createLogger } from "../../../platform/logger.ts";
import { sampleRoutes } from "./routes.ts";
import { sampleNames, sampleTypes } from "./samples.ts";

const folder = fileURLToPath(new URL("../../../../samples/", import.meta.url));
const bytesOf = (name: string) => readFileSync(folder + name);

async function setup() {
  const { server } = await createHttp({
    basePath: "/",
    trustProxy: [],
    corsOrigins: [],
    dialects: [],
    exposedHeaders: [],
    requestTimeout: 60_000,
    logger: createLogger({ level: "silent", pretty: false }),
    draining: () => false,
  });
  onTestFinished(() => server.close());
  requireAccessLevels(server);
  await server.register(sampleRoutes);
  return (name: string) => server.inject({ url: `/samples/${name}` });
}

test("there are thirteen rows, and a picture for each but the last", () => {
  expect(sampleNames).toHaveLength(13);
  expect(new Set(sampleNames).size).toBe(13);
  expect(readdirSync(folder).sort()).toEqual(sampleNames.slice(0, -1).sort());
  expect(sampleNames.at(-1)).toBe("missing.jpg");
});

test("all pictures together are small enough for a repository", () => {
  const bytes = [...sampleTypes.keys()].reduce((sum, name) => sum + bytesOf(name).length, 0);
  expect(bytes).toBeLessThan(700_000);
});

test.each([...sampleTypes])("%s is served as it is, as %s, and may be cached", async (name, type) => {
  const get = await setup();
  const answer = await get(name);
  expect(answer.statusCode).toBe(200);
  expect(answer.headers).toMatchObject({
    "content-type": type,
    "content-length": String(bytesOf(name).length),
    "cache-control": "public, max-age=3600",
    "x-content-type-options": "nosniff",
  });
  expect(answer.rawPayload.equals(bytesOf(name))).toBe(true);
  const { format, width, height } = await sharp(answer.rawPayload).metadata();
  expect(`image/${format}`).toBe(type);
  expect(Math.min(width, height)).toBeGreaterThanOrEqual(400);
});

test("the logo has no ground: its corners are transparent", async () => {
  const { data, info } = await sharp(bytesOf("logo.png"))
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const alpha = (x: number, y: number) => data[(y * info.width + x) * 4 + 3];
  const [right, bottom] = [info.width - 1, info.height - 1];
  expect([alpha(0, 0), alpha(right, 0), alpha(0, bottom), alpha(right, bottom)]).toEqual([0, 0, 0, 0]);
  expect(data.some((value, index) => index % 4 === 3 && value === 255)).toBe(true);
});

test.each([
  "missing.jpg",
  "Bakery.jpg",
  "bakery.jpg.webp",
  "..%2Fpackage.json",
  "..%5Cpackage.json",
  "%2e%2e%2fmigrations%2f0001_installation.sql",
  "bakery.jpg%00",
  "constructor",
])("%s is not one of them", async (name) => {
  const get = await setup();
  const answer = await get(name);
  expect(answer.statusCode).toBe(404);
  expect(answer.headers["x-error-code"]).toBe("not_found");
});
