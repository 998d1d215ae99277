import { describe, expect, test, vi } from "vitest";
import { workOnItem } from "./item-work.ts";
import { done, failed, type ItemContext, type Json, type Outcome, retryLater } from "./kind.ts";

const never = new Promise<Outcome>(() => {});

function work(
  handle: (context: ItemContext) => Outcome | Promise<Outcome>,
  { itemTimeoutMs = 60_000, gone = new AbortController().signal } = {},
) {
  const onBug = vi.fn();
  const kind = {
    name: "synthetic",
    concurrency: 1,
    itemTimeoutMs,
    handle: async (_: unknown, c: ItemContext) => handle(c),
  };
  const context = {
    batchId: "b",
    position: 3,
    options: { x: 1 },
    attempt: 2,
    freshAttempt: 1,
    halting: new AbortController().signal,
    once: (_key: string, run: (previous: Json) => Promise<Outcome>, signal: AbortSignal) =>
      signal.aborted ? Promise.resolve(failed("aborted", "")) : run(null),
  };
  return { onBug, worked: workOnItem(kind, "input", context, gone, onBug) };
}

test("an outcome comes back as it is, with the time it took in whole milliseconds", async () => {
  for (const outcome of [
    done(1),
    done(1, 2 ** 53 - 1),
    failed("x", "y", [1]),
    retryLater(new Date(), "x", "y"),
  ]) {
    const worked = await work(() => outcome).worked;
    expect(worked?.outcome).toEqual(outcome);
    expect(Number.isInteger(worked?.tookMs)).toBe(true);
  }
});

test("the handler is told what it works on", async () => {
  const { worked } = work(({ batchId, position, options, attempt }) =>
    done({ batchId, position, options, attempt }),
  );
  expect((await worked)?.outcome).toEqual(done({ batchId: "b", position: 3, options: { x: 1 }, attempt: 2 }));
});

test("what is thrown is a bug: told, and not repeated to the caller", async () => {
  const error = new Error("secret");
  const { worked, onBug } = work(() => Promise.reject(error));
  expect(JSON.stringify(await worked)).not.toContain("secret");
  expect((await worked)?.outcome).toMatchObject({ status: "failed", code: "internal_error" });
  expect(onBug).toHaveBeenCalledExactlyOnceWith(error);
});

test("no outcome, later without a time, or an amount that cannot be added up exactly, is a bug", async () => {
  const amounts = [-1, 0.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY, "7", null, 7n];
  const done = amounts.map((amount) => ({ status: "done", output: null, amount }));
  for (const odd of [undefined, null, 7, {}, { status: "later", until: new Date("?") }, ...done]) {
    const { worked, onBug } = work(() => odd as Outcome);
    expect((await worked)?.outcome).toMatchObject({ code: "internal_error" });
    expect(onBug).toHaveBeenCalledOnce();
  }
});

describe("time", () => {
  test("is over for a handler that hangs, and its signal says so", async () => {
    let signal: AbortSignal | undefined;
    const { worked, onBug } = work(
      (context) => {
        signal = context.signal;
        return never;
      },
      { itemTimeoutMs: 5 },
    );
    expect((await worked)?.outcome).toMatchObject({ status: "failed", code: "timed_out" });
    expect(signal?.aborted).toBe(true);
    expect(onBug).not.toHaveBeenCalled();
  });

  test("leaves no timer behind when the handler was quicker", async () => {
    vi.useFakeTimers();
    await work(() => done(1)).worked;
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  test("of an item ends for its signal with the item: what it left behind can end too", async () => {
    let signal: AbortSignal | undefined;
    await work((context) => {
      signal = context.signal;
      return done(1);
    }).worked;
    expect(signal?.aborted).toBe(true);
  });
});

describe("an item that nobody wants any more", () => {
  test("comes back as nothing, although its handler hangs", async () => {
    const gone = new AbortController();
    const { worked } = work(() => never, { gone: gone.signal });
    gone.abort();
    expect(await worked).toBeNull();
  });

  test("is no bug when its handler throws because of it", async () => {
    const gone = new AbortController();
    const { worked, onBug } = work(
      ({ signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
      { gone: gone.signal },
    );
    gone.abort(new Error("over"));
    expect(await worked).toBeNull();
    expect(onBug).not.toHaveBeenCalled();
  });
});

test("shared work gets the signal of the item that asks for it", async () => {
  const { worked } = work(({ once }) => once("key", async () => done("shared")));
  expect((await worked)?.outcome).toEqual(done("shared"));
});
