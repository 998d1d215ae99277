import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect } from "vitest";
import { localToken, type World } from "../world.ts";

interface Load {
  readonly running: number;
  readonly waiting: number;
  readonly memoryBytes: number;
  readonly uploadBytes: number;
}

/** What the service has under way, as its administrator sees it. */
export async function loadOf({ app, config }: World): Promise<Load> {
  const authorization = `Bearer ${await localToken(config, { admin: true })}`;
  const answer = await app.http.inject({ url: "/api/v1/stats", headers: { authorization } });
  const { prepare } = answer.json<{ prepare: Load }>();
  return prepare;
}

/** Health answers, and nothing is left running, waiting or held: the last of it within a moment. */
export async function expectUnharmed(world: World): Promise<void> {
  const health = await world.app.http.inject("/health");
  expect(health.json()).toMatchObject({ status: "healthy" });
  await expect
    .poll(() => loadOf(world), { timeout: 10_000 })
    .toEqual({ running: 0, waiting: 0, memoryBytes: 0, uploadBytes: 0 });
}

setFlagsFromString("--expose-gc");
const collectGarbage: unknown = runInNewContext("gc");

/** Resident megabytes once what is garbage has been collected. */
async function residentMegabytes(): Promise<number> {
  if (typeof collectGarbage !== "function") throw new Error("this runtime does not collect on demand");
  for (let round = 0; round < 3; round += 1) {
    collectGarbage();
    // Memory of pictures is freed by finalizers, which run on a later turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage.rss() / 2 ** 20;
}

/**
 * Fails if doing something again and again keeps memory. What is allocated once, by libraries and by the allocator for
 * the next time, is not counted.
 *
 * @param leak megabytes that must not be reached by all rounds together
 */
export async function expectNoGrowth(
  rounds: number,
  leak: number,
  action: () => Promise<unknown>,
): Promise<void> {
  for (let round = 0; round < 3; round += 1) await action();
  const before = await residentMegabytes();
  for (let round = 0; round < rounds; round += 1) await action();
  expect((await residentMegabytes()) - before).toBeLessThan(leak);
}
