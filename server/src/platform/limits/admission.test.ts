import { describe, expect, test } from "vitest";
import { AppError } from "../errors.ts";
import { type AdmissionSettings, createAdmission, type Work } from "./admission.ts";

const megabyte = 2 ** 20;
const idle = { running: 0, waiting: 0, memoryBytes: 0, uploadBytes: 0 };

/** An admission whose clock stands still until it is moved, and work that ends when it is told to. */
function setup(settings: Partial<AdmissionSettings> = {}) {
  const clock = { now: 0 };
  const admission = createAdmission({
    slots: 2,
    memoryBytes: 100 * megabyte,
    uploadBytes: 100 * megabyte,
    maxWaitMs: 1000,
    now: () => clock.now,
    ...settings,
  });
  const started: string[] = [];

  /** Asks for a turn; `end` lets the work succeed, or fail with what it is given. */
  function ask(name: string, work: Partial<Work> = {}) {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    // Of work that never starts nobody awaits the end.
    promise.catch(() => undefined);
    const done = admission.run(
      { bytes: megabyte, deadline: Number.POSITIVE_INFINITY, signal: new AbortController().signal, ...work },
      () => {
        started.push(name);
        return promise;
      },
    );
    // Each test looks at the outcome itself, and some only after others.
    const outcome = done.then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    const end = async (failure?: Error) => {
      if (failure) reject(failure);
      else resolve(name);
      return outcome;
    };
    return { outcome, end };
  }

  /** Lets everything that has become possible happen. */
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return { admission, clock, started, ask, settle };
}

const refusalOf = async (outcome: Promise<object>) => {
  const settled = await outcome;
  const error: unknown = "error" in settled ? settled.error : undefined;
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
};

describe("work", () => {
  test("starts at once while there are slots, and then in order of arrival", async () => {
    const { admission, started, ask, settle } = setup();
    const works = ["a", "b", "c", "d", "e"].map((name) => ask(name));
    await settle();
    expect(started).toEqual(["a", "b"]);
    expect(admission.state()).toMatchObject({ running: 2, waiting: 3, memoryBytes: 2 * megabyte });
    expect(await works[1]?.end()).toEqual({ value: "b" });
    await settle();
    expect(started).toEqual(["a", "b", "c"]);
    for (const work of works) await work.end();
    await settle();
    expect(started).toEqual(["a", "b", "c", "d", "e"]);
    expect(admission.state()).toEqual(idle);
  });

  test("waits for memory though a slot is free, and holds back what is behind it", async () => {
    const { admission, started, ask, settle } = setup({ slots: 3 });
    const large = ask("large", { bytes: 70 * megabyte });
    const another = ask("another", { bytes: 40 * megabyte });
    const small = ask("small");
    await settle();
    // Were small work let past, large work would never have its turn on a busy server.
    expect(started).toEqual(["large"]);
    await large.end();
    await settle();
    expect(started).toEqual(["large", "another", "small"]);
    await another.end();
    await small.end();
    expect(admission.state()).toEqual(idle);
  });

  test("may take all the memory there is, alone", async () => {
    const { started, ask, settle } = setup();
    const all = ask("all", { bytes: 100 * megabyte });
    ask("next");
    await settle();
    expect(started).toEqual(["all"]);
    await all.end();
    await settle();
    expect(started).toEqual(["all", "next"]);
  });

  test("that can never be admitted is told so at once, with the sizes", async () => {
    const { admission, started, ask } = setup();
    const error = await refusalOf(ask("huge", { bytes: 100 * megabyte + 1 }).outcome);
    expect(error).toMatchObject({ code: "image_too_complex", status: 422 });
    expect(error.details).toEqual({ estimated_mb: 101, limit_mb: 100 });
    expect(started).toEqual([]);
    expect(admission.state()).toEqual(idle);
  });

  test("that fails, even before it returns a promise, gives its slot and memory back", async () => {
    const { admission, ask, settle } = setup({ slots: 1 });
    const failing = ask("failing");
    const waiting = ask("waiting");
    expect(await failing.end(new Error("broken"))).toEqual({ error: new Error("broken") });
    await settle();
    expect(admission.state()).toMatchObject({ running: 1, waiting: 0 });
    await waiting.end();
    const signal = new AbortController().signal;
    const throwing = admission.run({ bytes: 1, deadline: 1, signal }, () => {
      throw new Error("at once");
    });
    await expect(throwing).rejects.toThrow("at once");
    expect(admission.state()).toEqual(idle);
  });
});

describe("a caller that leaves", () => {
  test("before its turn is forgotten, and never started", async () => {
    const { admission, started, ask, settle } = setup({ slots: 1 });
    const leaving = new AbortController();
    const running = ask("running");
    const left = ask("left", { signal: leaving.signal });
    const staying = ask("staying");
    leaving.abort(new Error("gone"));
    expect(await left.outcome).toEqual({ error: new Error("gone") });
    expect(admission.state()).toMatchObject({ running: 1, waiting: 1 });
    await running.end();
    await settle();
    expect(started).toEqual(["running", "staying"]);
    await staying.end();
    expect(admission.state()).toEqual(idle);
  });

  test("from the head of the queue lets in whoever waited behind its large picture", async () => {
    const { started, ask, settle } = setup();
    const leaving = new AbortController();
    ask("running", { bytes: 60 * megabyte });
    ask("large", { bytes: 90 * megabyte, signal: leaving.signal });
    ask("small");
    await settle();
    expect(started).toEqual(["running"]);
    leaving.abort();
    await settle();
    expect(started).toEqual(["running", "small"]);
  });

  test("before it asks is not let in", async () => {
    const { admission, started, ask } = setup();
    const { outcome } = ask("late", { signal: AbortSignal.abort(new Error("gone")) });
    expect(await outcome).toEqual({ error: new Error("gone") });
    expect(started).toEqual([]);
    expect(admission.state()).toEqual(idle);
  });

  test("after its work began holds the slot until the work ends", async () => {
    const { admission, ask, settle } = setup();
    const leaving = new AbortController();
    const work = ask("work", { signal: leaving.signal });
    await settle();
    leaving.abort();
    await settle();
    expect(admission.state()).toMatchObject({ running: 1 });
    expect(await work.end()).toEqual({ value: "work" });
    expect(admission.state()).toEqual(idle);
  });
});

describe("an overloaded service", () => {
  test("refuses what waited past its deadline, at its turn, and goes on with the next", async () => {
    const { admission, clock, started, ask, settle } = setup({ slots: 1 });
    const running = ask("running");
    const expired = ask("expired", { deadline: 500 });
    const next = ask("next", { deadline: 2000 });
    clock.now = 500;
    await running.end();
    const error = await refusalOf(expired.outcome);
    expect(error).toMatchObject({ code: "overloaded", status: 503 });
    expect(Number(error.headers["retry-after"])).toBeGreaterThanOrEqual(1);
    await settle();
    expect(started).toEqual(["running", "next"]);
    await next.end();
    expect(admission.state()).toEqual(idle);
  });

  test("refuses at once what would wait too long, and says when to come back", async () => {
    const { admission, clock, ask, settle } = setup({ slots: 1, maxWaitMs: 1000 });
    // Work of a minute each, until that is what is expected of the next.
    for (let round = 0; round < 40; round += 1) {
      const { end } = ask("slow");
      await settle();
      clock.now += 60_000;
      await end();
    }
    const running = ask("running");
    await settle();
    const refused = ask("refused");
    const error = await refusalOf(refused.outcome);
    expect(error).toMatchObject({ code: "overloaded", status: 503 });
    expect(Number(error.headers["retry-after"])).toBeGreaterThan(30);
    expect(Number(error.headers["retry-after"])).toBeLessThanOrEqual(60);
    expect(() => admission.admitUpload(1)).toThrow(AppError);
    await running.end();
    // The slot is free, so there is nothing to wait for.
    const welcome = ask("welcome");
    await settle();
    expect(admission.state()).toMatchObject({ running: 1 });
    await welcome.end();
    expect(admission.state()).toEqual(idle);
  });

  test("takes more into its queue the faster its work is", async () => {
    const accepted = async (milliseconds: number) => {
      const { admission, clock, ask, settle } = setup({ slots: 2, maxWaitMs: 1000 });
      for (let round = 0; round < 60; round += 1) {
        const { end } = ask("sample");
        await settle();
        clock.now += milliseconds;
        await end();
      }
      for (let asked = 0; asked < 300; asked += 1) ask("one of many");
      await settle();
      return admission.state().waiting;
    };
    expect(await accepted(10)).toBeGreaterThan(150);
    const slow = await accepted(200);
    // A second of waiting is room for ten of a fifth of a second each, on two slots.
    expect(slow).toBeGreaterThanOrEqual(8);
    expect(slow).toBeLessThanOrEqual(11);
  });
});

describe("the budget for uploads", () => {
  test("is taken before a body is read, and given back once however often it is released", () => {
    const { admission } = setup();
    const release = admission.admitUpload(40 * megabyte);
    admission.admitUpload(60 * megabyte);
    expect(admission.state().uploadBytes).toBe(100 * megabyte);
    expect(() => admission.admitUpload(1)).toThrow(AppError);
    release();
    release();
    expect(admission.state().uploadBytes).toBe(60 * megabyte);
    admission.admitUpload(40 * megabyte);
  });

  test("refuses with 503 and Retry-After, and a refusal costs nothing of it", () => {
    const { admission } = setup();
    const release = admission.admitUpload(100 * megabyte);
    try {
      admission.admitUpload(1);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: "overloaded", status: 503, headers: { "retry-after": "1" } });
    }
    release();
    expect(admission.state()).toEqual(idle);
  });

  test("lets one body in that is larger than all of it, or nobody with so little memory could send one", () => {
    const { admission } = setup({ uploadBytes: 10 * megabyte });
    const release = admission.admitUpload(50 * megabyte);
    expect(() => admission.admitUpload(1)).toThrow(AppError);
    release();
    admission.admitUpload(1);
  });
});

test("whatever callers do, the counters end at nothing", async () => {
  const { admission, clock, ask, settle } = setup({ slots: 3, maxWaitMs: 1e9 });
  const works = Array.from({ length: 120 }, (_, index) => {
    const leaving = new AbortController();
    const work = ask(`work ${index}`, {
      bytes: ((index * 37) % 100) * megabyte,
      deadline: index % 7 === 0 ? index : Number.POSITIVE_INFINITY,
      signal: leaving.signal,
    });
    return { ...work, leave: () => leaving.abort(new Error("gone")), index };
  });
  for (const { index, leave, end } of works) {
    clock.now += 1;
    if (index % 5 === 0) leave();
    else void end(index % 3 === 0 ? new Error("broken") : undefined);
    if (index % 11 === 0) await settle();
  }
  await Promise.all(works.map(({ end, outcome }) => Promise.race([outcome, end()])));
  await Promise.all(works.map(({ outcome }) => outcome));
  expect(admission.state()).toEqual(idle);
});
