import { sql } from "kysely";
import { expect, test } from "vitest";
import { done, failed } from "../../src/engine/kind.ts";
import { progressOf } from "../../src/engine/progress.ts";
import { assertConsistent } from "./consistent.ts";
import { describeEngine } from "./databases.ts";
import { atGate, createGate, createWorld, numbers, roomy, until } from "./world.ts";

/** `npm run soak` has more of them. */
const rounds = process.env["SOAK"] === "1" ? 8 : 4;

describeEngine(
  "people's hands on a batch at work",
  (database) => {
    test("after a pause no item is begun, those under way are stored, and resume does the rest once", async () => {
      const gate = createGate();
      const { engine, begin, reached, calls } = createWorld(database(), async (input) => {
        await gate.pass();
        return done(input);
      });
      const id = await begin(numbers(60));
      await engine.run();
      await atGate(gate, 8);
      await engine.pause(id);
      gate.open();
      await until(async () => expect((await engine.read(id))?.succeeded).toBe(8));
      await until(async () => expect(await chunkStates(id)).toEqual(Array(6).fill("pending")));
      expect(calls).toHaveLength(8);
      expect((await engine.read(id))?.state).toBe("paused");
      await assertConsistent(database(), id);
      await engine.resume(id);
      await reached(id, "completed");
      expect(calls.map(({ position }) => position).sort((a, b) => a - b)).toEqual(numbers(60));
      await assertConsistent(database(), id);
    });

    test("a paused batch whose last items were under way completes", async () => {
      const gate = createGate();
      const { engine, begin, reached } = createWorld(database(), () => gate.pass().then(() => done(1)));
      const id = await begin(numbers(4));
      await engine.run();
      await atGate(gate, 4);
      await engine.pause(id);
      gate.open();
      expect(await reached(id, "completed")).toMatchObject({ succeeded: 4, pausedAt: null });
      await assertConsistent(database(), id);
    });

    test("time in a pause counts as paused, not as work", async () => {
      const { engine, begin, reached } = createWorld(database());
      const id = await begin(numbers(1));
      await engine.pause(id);
      await sql`
      update batches set started_at = now() - interval '60 seconds', paused_at = now() - interval '40 seconds'
      where id = ${id}
    `.execute(database().sql);
      const paused = progressOf(await reached(id, "paused"), new Date());
      expect(Math.round((paused.elapsedMs ?? 0) / 1000)).toBe(20);
      await engine.resume(id);
      await engine.run();
      const batch = await reached(id, "completed");
      // The pause went on until the resume, and the work after it took its time too.
      expect(batch.pausedMs).toBeGreaterThanOrEqual(40_000);
      const worked = progressOf(batch, new Date(Date.now() + 3_600_000)).elapsedMs;
      expect(worked).toBeGreaterThan(19_000);
      expect(worked).toBeLessThan(40_000);
    });

    test("cancel begins no more items, and keeps the results and what was under way", async () => {
      const gate = createGate();
      const { engine, begin, calls } = createWorld(database(), async (input, { position }) => {
        if (position >= 10) await gate.pass();
        return done(input);
      });
      const id = await begin(numbers(100));
      await engine.run();
      await atGate(gate, 4);
      const cancelled = await engine.cancel(id);
      expect(cancelled).toMatchObject({ state: "cancelled", completedAt: expect.any(Date) });
      gate.open();
      await until(async () =>
        expect(
          (await chunkStates(id)).filter((state) => state !== "completed" && state !== "failed"),
        ).toEqual([]),
      );
      const after = await engine.read(id);
      expect(after).toMatchObject({ state: "cancelled", succeeded: calls.length, failed: 0 });
      expect(after?.completedAt).toEqual(cancelled.completedAt);
      expect((await engine.results(id, {}, { limit: 100 })).map(({ position }) => position)).toEqual(
        calls.map(({ position }) => position).sort((a, b) => a - b),
      );
      await assertConsistent(database(), id);
    });

    test("force-start opens what cancel gave up, keeps what is complete, and does no item twice", async () => {
      const gate = createGate();
      const { engine, begin, reached, calls } = createWorld(database(), async (input, { position }) => {
        if (position >= 10) await gate.pass();
        return done(input);
      });
      const id = await begin(numbers(60));
      await engine.run();
      await atGate(gate, 4);
      await engine.cancel(id);
      await engine.forceStart(id, { maxActive: 10, skipValidation: false });
      gate.open();
      expect(await reached(id, "completed")).toMatchObject({ succeeded: 60, chunksFailed: 0 });
      expect(calls.map(({ position }) => position).sort((a, b) => a - b)).toEqual(numbers(60));
      await assertConsistent(database(), id);
    });

    test("a reset takes the chunk from its worker: nothing of the work before is stored after it", async () => {
      const gate = createGate();
      let round = 1;
      const { engine, begin, reached } = createWorld(
        database(),
        async () => {
          const mine = round;
          if (mine === 1) await gate.pass();
          return mine === 1 ? failed("old", "Of the round before.") : done(mine);
        },
        { timing: { flushMs: 1 } },
      );
      const id = await begin(numbers(30));
      await engine.run();
      await atGate(gate, 8);
      expect(await engine.reset(id, { force: false })).toMatchObject({
        state: "pending",
        succeeded: 0,
        failed: 0,
        startedAt: null,
      });
      round = 2;
      gate.open();
      await engine.start(id, { maxActive: 10 });
      expect(await reached(id, "completed")).toMatchObject({ succeeded: 30, failed: 0 });
      await assertConsistent(database(), id);
    });

    test("a batch that is started while a reset of it is under way does everything again", async () => {
      const { engine, begin, reached } = createWorld(database());
      const id = await begin(numbers(500));
      await engine.run();
      await reached(id, "completed");
      const resetting = engine.reset(id, { force: true });
      await until(() => engine.start(id, { maxActive: 10 }));
      await resetting;
      expect(await reached(id, "completed")).toMatchObject({ succeeded: 500, chunksCompleted: 50 });
      await assertConsistent(database(), id);
    });

    test("resets and retries that race the workers leave numbers that agree", async () => {
      const { engine, begin, reached } = createWorld(
        database(),
        async (input, { position, attempt }) => {
          await new Promise(setImmediate);
          return position % 3 === 0 && attempt === 1 ? failed("third", "Every third.") : done(input);
        },
        { slots: 4, timing: { flushRows: 3, flushMs: 1 } },
      );
      const id = await begin(numbers(300));
      await engine.run();
      for (let round = 0; round < rounds; round += 1) {
        await until(async () => expect((await engine.read(id))?.succeeded).toBeGreaterThan(round * 3));
        if (round % 2 === 0) {
          await engine.reset(id, { force: true });
          await engine.start(id, { maxActive: 10 });
        } else {
          await engine
            .retry(id, roomy)
            .catch((error: Error) => expect(error.message).toBe("batch: nothing_to_retry"));
        }
      }
      await reached(id, "completed");
      await assertConsistent(database(), id);
      const { failed: failures } = await reached(id, "completed");
      if (failures > 0) await engine.retry(id, roomy);
      expect(await reached(id, "completed")).toMatchObject({ succeeded: 300, failed: 0 });
      await assertConsistent(database(), id);
    });

    test("starts are refused from the limit of active batches on, two at once too", async () => {
      const { engine, write } = createWorld(database());
      const ids = await Promise.all(numbers(6).map(() => write([1])));
      const starts = await Promise.allSettled(ids.map((id) => engine.start(id, { maxActive: 4 })));
      expect(starts.filter(({ status }) => status === "fulfilled")).toHaveLength(4);
      const refused = starts.flatMap((start) => (start.status === "rejected" ? [start.reason.refusal] : []));
      expect(refused).toEqual(Array(2).fill({ reason: "too_many_active", limit: 4 }));
      const started = ids[starts.findIndex(({ status }) => status === "fulfilled")] as string;
      const left = ids[starts.findIndex(({ status }) => status === "rejected")] as string;
      await expect(engine.forceStart(left, { maxActive: 4, skipValidation: false })).rejects.toThrow(
        "too_many",
      );
      await engine.forceStart(started, { maxActive: 4, skipValidation: false });
      await engine.forceStart(left, { maxActive: 4, skipValidation: true });
      await engine.pause(started);
      await engine.pause(left);
      const other = ids.filter(
        (id, index) => starts[index]?.status === "rejected" && id !== left,
      )[0] as string;
      expect((await engine.start(other, { maxActive: 4 })).state).toBe("queued");
    });

    test("what does not exist is told apart from what is in the wrong state", async () => {
      const { engine } = createWorld(database());
      const id = "00000000-0000-4000-8000-000000000000";
      const force = { maxActive: 9, skipValidation: true };
      for (const operation of [
        () => engine.start(id, force),
        () => engine.pause(id),
        () => engine.resume(id),
        () => engine.cancel(id),
        () => engine.forceStart(id, force),
        () => engine.reset(id, { force: true }),
        () => engine.retry(id, roomy),
        () => engine.softDelete(id, 1),
        () => engine.remove(id, { force: true }),
      ]) {
        await expect(operation()).rejects.toMatchObject({ refusal: { reason: "not_found" } });
      }
    });

    test("who is late with its renewals does not take its own chunks for those of a dead process", async () => {
      const gate = createGate();
      const { engine, begin, reached, calls } = createWorld(
        database(),
        () => gate.pass().then(() => done(1)),
        {
          timing: { renewMs: 60_000, sweepMs: 1 },
        },
      );
      const id = await begin(numbers(4));
      await engine.run();
      await atGate(gate, 4);
      /** A chunk of a process that did die is taken back: a sweep has been. */
      const swept = async () => {
        const dead = await createWorld(database()).begin([1]);
        await sql`
        update chunks set state = 'processing', lease_token = gen_random_uuid(), leased_until = now()
        where batch_id = ${dead}
      `.execute(database().sql);
        await until(async () => expect(await chunkStates(dead)).toEqual(["pending"]));
      };
      // One that was under way when the chunk was claimed does not know whose it is; the next one does.
      await swept();
      await sql`update chunks set leased_until = now() where batch_id = ${id}`.execute(database().sql);
      await swept();
      expect(await chunkStates(id)).toEqual(["processing"]);
      gate.open();
      await reached(id, "completed");
      expect(calls).toHaveLength(4);
      await assertConsistent(database(), id);
    });

    test("stop lets items under way finish, begins none, and gives every chunk back", async () => {
      const gate = createGate();
      const { engine, begin, calls } = createWorld(database(), () => gate.pass().then(() => done(1)));
      const id = await begin(numbers(60));
      await engine.run();
      await atGate(gate, 8);
      const stopped = engine.stop(60_000);
      gate.open();
      await stopped;
      expect(calls).toHaveLength(8);
      expect((await engine.read(id))?.succeeded).toBe(8);
      expect(await chunkStates(id)).toEqual(Array(6).fill("pending"));
      await assertConsistent(database(), id);
    });

    test("at the end of the time of grace items are aborted, and what has an outcome is stored", async () => {
      const aborted: number[] = [];
      const { engine, begin } = createWorld(
        database(),
        async (input, { position, signal }) => {
          if (position < 2) return done(input);
          await new Promise((_resolve, reject) =>
            signal.addEventListener("abort", () => reject(signal.reason)),
          );
          aborted.push(position);
          return done(input);
        },
        { timing: { flushMs: 60_000, flushRows: 100 } },
      );
      const id = await begin(numbers(10));
      await engine.run();
      await until(async () => expect(await chunkStates(id)).toEqual(["processing"]));
      await engine.stop(0);
      expect((await engine.read(id))?.failed).toBe(0);
      expect(await chunkStates(id)).toEqual(["pending"]);
      await assertConsistent(database(), id);
    });

    const chunkStates = async (id: string) => {
      const { rows } = await sql<{ state: string }>`
      select state from chunks where batch_id = ${id} order by number
    `.execute(database().sql);
      return rows.map(({ state }) => state);
    };
  },
  { ordinarily: "postgresql" },
);
