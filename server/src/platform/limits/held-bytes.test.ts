import { array, assert, asyncProperty, integer } from "fast-check";
import { expect, test } from "vitest";
import { createHeldBytes, type Held } from "./held-bytes.ts";

const mega = 1024 * 1024;
const never = new AbortController().signal;
const setup = (settings = { totalBytes: 100 * mega, maxBytes: 25 * mega }) => createHeldBytes(settings);

/** Holds as many as there is room for. */
async function fill(held: ReturnType<typeof setup>): Promise<Held[]> {
  const all: Held[] = [];
  for (;;) {
    const pending = held.hold(never);
    if (held.state().waiting > 0) return all;
    all.push(await pending);
  }
}

test("at first each may be as large as it is allowed to be", async () => {
  expect(await fill(setup())).toHaveLength(4);
});

test("once they are known to be small, many are held at a time", async () => {
  const held = setup();
  for (let index = 0; index < 100; index += 1) {
    const one = await held.hold(never);
    one.settle(20_000);
    one.release();
  }
  expect((await fill(held)).length).toBeGreaterThan(500);
});

test("what turned out smaller makes room for who waits, in order of arrival", async () => {
  const held = setup({ totalBytes: 50 * mega, maxBytes: 25 * mega });
  const [first] = [await held.hold(never), await held.hold(never)];
  const arrived: number[] = [];
  const waiting = [1, 2].map((number) => held.hold(never).then(() => arrived.push(number)));
  expect(held.state().waiting).toBe(2);
  first.settle(1 * mega);
  await waiting[0];
  expect(arrived).toEqual([1]);
  first.release();
  expect(held.state().waiting).toBeLessThan(2);
});

test("one that is larger than everything together is let in alone", async () => {
  const held = setup({ totalBytes: 10 * mega, maxBytes: 25 * mega });
  const alone = await held.hold(never);
  const next = held.hold(never);
  expect(held.state()).toMatchObject({ waiting: 1 });
  alone.release();
  (await next).release();
  expect(held.state()).toEqual({ bytes: 0, waiting: 0 });
});

test("who leaves the queue makes room for those behind", async () => {
  const held = setup({ totalBytes: 25 * mega, maxBytes: 25 * mega });
  const first = await held.hold(never);
  const leaving = new AbortController();
  const left = held.hold(leaving.signal);
  const behind = held.hold(never);
  leaving.abort(new Error("gone"));
  await expect(left).rejects.toThrow("gone");
  first.release();
  await expect(behind).resolves.toBeDefined();
  await expect(held.hold(AbortSignal.abort(new Error("never came")))).rejects.toThrow("never came");
});

test("whatever the sizes, nothing is left behind, and who came early is served early", async () => {
  await assert(
    asyncProperty(array(integer({ min: 0, max: 25 * mega }), { maxLength: 60 }), async (sizes) => {
      const held = setup();
      const order: number[] = [];
      await Promise.all(
        sizes.map(async (size, index) => {
          const one = await held.hold(never);
          order.push(index);
          one.settle(size);
          await Promise.resolve();
          one.release();
          one.release();
          one.settle(size);
        }),
      );
      expect(order).toEqual(sizes.map((_, index) => index));
      expect(held.state()).toEqual({ bytes: 0, waiting: 0 });
    }),
  );
});
