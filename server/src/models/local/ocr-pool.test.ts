import { describe, expect, it, onTestFinished } from "vitest";
import { type OcrEngine, OcrFault, startOcrEngine } from "./ocr-engine.ts";
import { createOcrPool, PoolClosed } from "./ocr-pool.ts";
import { languageFolder, pgmOf } from "./testing.ts";

const nobody = new AbortController().signal;

/** A pool of real engines whose idle time passes when the test says so. */
function setup(size: number) {
  const started: OcrEngine[] = [];
  const scheduled = new Set<() => void>();
  const pool = createOcrPool({
    size,
    idleMs: 1,
    start: () => {
      const engine = startOcrEngine(languageFolder);
      started.push(engine);
      return engine;
    },
    schedule: (action) => {
      scheduled.add(action);
      return () => scheduled.delete(action);
    },
  });
  onTestFinished(() => pool.close());
  const idleTimePasses = () => {
    for (const action of scheduled) action();
    scheduled.clear();
  };
  return { pool, started, scheduled, idleTimePasses };
}

/** Something that has begun and goes on until the test says so. */
function held() {
  const began = Promise.withResolvers<void>();
  const goesOn = Promise.withResolvers<void>();
  const reading = async () => {
    began.resolve();
    await goesOn.promise;
    return "done";
  };
  return { reading, began: began.promise, finish: () => goesOn.resolve() };
}

const firstWords = (image: Uint8Array) => async (engine: OcrEngine) => {
  const [line] = await engine.recognize(image, "page");
  return line?.words.map((word) => word.text).join(" ");
};

describe("the pool of recognisers", () => {
  it("starts none before there is work, and no more than it may", async () => {
    const { pool, started } = setup(2);
    expect(started).toHaveLength(0);
    const image = await pgmOf("storefront.webp");
    const read = await Promise.all(Array.from({ length: 5 }, () => pool.read(nobody, firstWords(image))));
    expect(read).toEqual(Array.from({ length: 5 }, () => "Tannery Books"));
    expect(started).toHaveLength(2);
  });

  it("lends in order of arrival", async () => {
    const { pool } = setup(1);
    const first = held();
    const order: number[] = [];
    const all = [
      pool.read(nobody, first.reading),
      ...[1, 2, 3].map((number) => pool.read(nobody, async () => order.push(number))),
    ];
    await first.began;
    expect(pool.state()).toEqual({ engines: 1, reading: 1, waiting: 3 });
    first.finish();
    await Promise.all(all);
    expect(order).toEqual([1, 2, 3]);
  });

  it("lets whoever is aborted leave the queue, and the others go on", async () => {
    const { pool } = setup(1);
    const first = held();
    const running = pool.read(nobody, first.reading);
    await first.began;
    const caller = new AbortController();
    const leaving = pool.read(caller.signal, async () => "never");
    const staying = pool.read(nobody, async () => "later");
    caller.abort(new Error("left"));
    await expect(leaving).rejects.toThrow("left");
    expect(pool.state().waiting).toBe(1);
    first.finish();
    expect(await Promise.all([running, staying])).toEqual(["done", "later"]);
  });

  it("ends a recogniser whose reading is aborted in the middle, and no other", async () => {
    const { pool, started } = setup(2);
    const [page, sign] = await Promise.all([pgmOf("page.png"), pgmOf("storefront.webp")]);
    const other = held();
    const staying = pool.read(nobody, other.reading);
    await other.began;
    const caller = new AbortController();
    const began = Promise.withResolvers<void>();
    let reading: Promise<unknown> | undefined;
    const leaving = pool.read(caller.signal, async (engine) => {
      // Once this is read, the engine is loaded: it will be reading when it is told to stop.
      await engine.recognize(sign, "page");
      reading = engine.recognize(page, "page");
      began.resolve();
      return reading;
    });
    await began.promise;
    caller.abort(new Error("left"));
    await expect(leaving).rejects.toThrow("left");
    await expect(reading).rejects.toThrow(OcrFault);
    other.finish();
    expect(await staying).toBe("done");
    expect(pool.state()).toEqual({ engines: 1, reading: 0, waiting: 0 });
    expect(await pool.read(nobody, firstWords(sign))).toBe("Tannery Books");
    expect(started).toHaveLength(2);
  });

  it("replaces a recogniser that died", async () => {
    const { pool, started } = setup(1);
    const sign = await pgmOf("storefront.webp");
    const dying = pool.read(nobody, async (engine) => {
      const reading = engine.recognize(sign, "page");
      await engine.end();
      return reading;
    });
    await expect(dying).rejects.toThrow(OcrFault);
    expect(await pool.read(nobody, firstWords(sign))).toBe("Tannery Books");
    expect(started).toHaveLength(2);
  });

  it("replaces a recogniser that was given something that is no picture", async () => {
    const { pool, started } = setup(1);
    const broken = pool.read(nobody, firstWords(Buffer.from("no picture")));
    await expect(broken).rejects.toThrow(OcrFault);
    expect(await pool.read(nobody, firstWords(await pgmOf("storefront.webp")))).toBe("Tannery Books");
    expect(started).toHaveLength(2);
  });

  it("ends its recognisers when there has been no work for a while", async () => {
    const { pool, started, scheduled, idleTimePasses } = setup(1);
    await pool.read(nobody, async () => "done");
    expect(pool.state().engines).toBe(1);
    expect(scheduled.size).toBe(1);

    const busy = held();
    const running = pool.read(nobody, busy.reading);
    await busy.began;
    expect(scheduled.size).toBe(0);
    busy.finish();
    await running;
    idleTimePasses();
    expect(pool.state().engines).toBe(0);
    await expect(started[0]?.recognize(Buffer.alloc(0), "page")).rejects.toThrow(OcrFault);
    expect(await pool.read(nobody, async () => "again")).toBe("again");
  });

  it("ends what runs and what waits when it is closed, and leaves no timer", async () => {
    const { pool, started, scheduled } = setup(1);
    const running = held();
    const all = [pool.read(nobody, running.reading), pool.read(nobody, async () => "never")];
    const outcomes = Promise.allSettled(all);
    await running.began;
    await pool.close();
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { name: PoolClosed.name } });
    }
    await expect(pool.read(nobody, async () => "never")).rejects.toThrow(PoolClosed);
    await expect(started[0]?.recognize(Buffer.alloc(0), "page")).rejects.toThrow(OcrFault);
    expect(scheduled.size).toBe(0);
    expect(pool.state()).toEqual({ engines: 0, reading: 0, waiting: 0 });
  });
});
