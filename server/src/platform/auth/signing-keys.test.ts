import { afterEach, expect, test } from "vitest";
import { createEntraTokens } from "./entra.ts";
import { type Directory, startDirectory } from "./testing/directory.ts";
import { NOON } from "./testing/settings.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const opened: Directory[] = [];
afterEach(async () => {
  for (const directory of opened.splice(0)) await directory.close();
});

async function setup(keysTimeoutMs?: number) {
  const time = { now: NOON };
  const directory = await startDirectory(() => time.now);
  opened.push(directory);
  const tokens = createEntraTokens({
    ...directory.entra,
    clock: () => time.now,
    ...(keysTimeoutMs === undefined ? {} : { keysTimeoutMs }),
  });
  const verify = async (kid: string) => tokens.verify(await directory.token({}, { kid }));
  return {
    time,
    directory,
    fetches: () => directory.state.requests.length,
    verify,
    state: async (kid: string) => (await verify(kid)).state,
  };
}

test("keys are fetched once for many tokens, also when the first ones arrive together", async () => {
  const { state, fetches } = await setup();
  expect(await Promise.all(["first", "first", "first"].map(state))).toEqual(["valid", "valid", "valid"]);
  expect(await state("first")).toBe("valid");
  expect(fetches()).toBe(1);
});

test("a new key is found by its first token", async () => {
  const { time, directory, state, fetches } = await setup();
  await state("first");
  await directory.addKey("second");
  time.now += MINUTE;
  expect(await state("second")).toBe("valid");
  expect(await state("first")).toBe("valid");
  expect(fetches()).toBe(2);
});

test("an unknown key id is refetched at most once a minute", async () => {
  const { time, directory, state, fetches } = await setup();
  await state("first");
  await directory.addKey("invented", false);
  time.now += MINUTE - 1;
  expect(await Promise.all(["invented", "invented"].map(state))).toEqual(["invalid", "invalid"]);
  expect(fetches()).toBe(1);
  time.now += 1;
  expect(await Promise.all(["invented", "invented"].map(state))).toEqual(["invalid", "invalid"]);
  expect(await state("invented")).toBe("invalid");
  expect(fetches()).toBe(2);
});

test("an outage keeps known keys working and does not call unknown ones invalid", async () => {
  const { time, directory, state, verify, fetches } = await setup();
  await state("first");
  await directory.addKey("second");
  directory.state.behaviour = "error";
  time.now += MINUTE;
  expect(await verify("second")).toMatchObject({ state: "unavailable", retryAfterMs: MINUTE });
  time.now += 20 * SECOND;
  expect(await verify("second")).toMatchObject({ state: "unavailable", retryAfterMs: 40 * SECOND });
  expect(await state("first")).toBe("valid");
  expect(fetches()).toBe(2);

  directory.state.behaviour = "keys";
  time.now += 40 * SECOND;
  expect(await state("second")).toBe("valid");
});

test.each(["error", "nonsense", "no keys", "silence"] as const)(
  "an answer of %s is an outage",
  async (behaviour) => {
    const { time, directory, verify, state } = await setup(behaviour === "silence" ? 500 : undefined);
    directory.state.behaviour = behaviour;
    expect(await verify("first")).toMatchObject({ state: "unavailable", retryAfterMs: 5 * SECOND });
    // Nobody can get in yet, so the next try comes sooner than for an unknown key id.
    directory.state.behaviour = "keys";
    time.now += 5 * SECOND - 1;
    expect(await state("first")).toBe("unavailable");
    time.now += 1;
    expect(await state("first")).toBe("valid");
  },
);

test("an answer without keys does not throw away keys that work", async () => {
  const { time, directory, state } = await setup();
  await state("first");
  directory.state.behaviour = "no keys";
  time.now += MINUTE;
  await directory.addKey("second");
  await state("second");
  expect(await state("first")).toBe("valid");
});

test("after six hours keys are fetched beside the request, and a withdrawn one ends", async () => {
  const { time, directory, state, fetches } = await setup();
  await state("first");
  time.now += 6 * HOUR;
  expect(await state("first")).toBe("valid");
  expect(fetches()).toBe(1);

  await directory.addKey("second");
  directory.publish("first", false);
  time.now += 1;
  const asked = directory.nextRequest();
  expect(await state("first")).toBe("valid");
  await asked;
  // Waits for the fetch that the token before it began.
  expect(await state("second")).toBe("valid");
  expect(await state("first")).toBe("invalid");
  expect(fetches()).toBe(2);
});

test("a long outage ends with the keys' age: a day after the last answer nothing is vouched for", async () => {
  const { time, directory, state } = await setup();
  await state("first");
  directory.state.behaviour = "error";
  time.now += 24 * HOUR;
  expect(await state("first")).toBe("valid");
  time.now += 1;
  expect(await state("first")).toBe("unavailable");
});
