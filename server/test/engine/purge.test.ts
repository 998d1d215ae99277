import { createHash, randomUUID } from "node:crypto";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { done, doneFrom, failed, type Json } from "../../src/engine/kind.ts";
import { markForRemoval, removeHidden } from "../../src/engine/remove.ts";
import { removePage } from "../../src/engine/remove-page.ts";
import { takeTurn } from "../../src/engine/turn.ts";
import type { Database } from "../../src/platform/database/database.ts";
import { rowsLeft } from "./consistent.ts";
import { describeEngine } from "./databases.ts";
import { atGate, createGate, createWorld, echo, numbers, until } from "./world.ts";

const nothing = { batches: 0, chunks: 0, results: 0, attempts: 0, reviews: 0 };
describeEngine(
  "removing what results were made from",
  (database, { engine: name }) => {
    /** A kind whose inputs are sources, and asks once what is known of each. */
    const createSources = () => {
      const keys = `purge-${randomUUID()}/`;
      // No other test has a result made from the same.
      const digest = (input: Json) => createHash("sha256").update(`${keys}${input}`).digest("hex");
      const world = createWorld(
        database(),
        async (input, { once }) => {
          if (input === "fails") return failed("fails", "It fails.");
          const outcome = await once(`${keys}${digest(input)}/model`, async () => done({ about: input }));
          return outcome.status === "done" ? doneFrom(digest(input), outcome.output) : outcome;
        },
        { sourceKeys: keys },
      );
      const finish = async (inputs: readonly Json[], batch: { id?: string } = {}) => {
        const id = await world.begin(inputs, batch);
        await world.engine.run();
        await world.reached(id, "completed");
        // Else its own background would remove what a test removes.
        await world.engine.stop(10_000);
        return id;
      };
      /** What is known, by the rest of its key. */
      const known = async () => {
        const { rows } = await sql<{ rest: string }>`
        select substr(key, ${keys.length + 1}::integer) as rest from shared_work where starts_with(key, ${keys}) order by key
      `.execute(database().sql);
        return rows.map(({ rest }) => rest);
      };
      const expectKnown = async (...inputs: readonly Json[]) =>
        expect(await known()).toEqual(inputs.map((input) => `${digest(input)}/model`).sort());
      const hide = (id: string) => markForRemoval(database(), id, { force: false });
      const removeAll = (from: Database = database()) =>
        removeHidden(from, undefined, { sourceKeys: new Map([[world.kind, keys]]) });
      const remove = async (id: string) => {
        await hide(id);
        await removeAll();
        expect(await rowsLeft(database(), id)).toEqual(nothing);
      };
      return { ...world, keys, digest, finish, known, expectKnown, hide, removeAll, remove };
    };

    const low = () => `00000000${randomUUID().slice(8)}`;
    const high = () => `ffffffff${randomUUID().slice(8)}`;

    test.each([
      ["first", low, high],
      ["second", high, low],
    ] as const)(
      "stays while another batch has a result of it and goes with the last, the %s by id removed first",
      async (_order, firstId, secondId) => {
        const sources = createSources();
        const first = await sources.finish(["a", "a", "b", "fails"], { id: firstId() });
        const second = await createdBeside(sources, ["b", "c"], secondId());
        await sources.expectKnown("a", "b", "c");
        await sources.remove(first);
        await sources.expectKnown("b", "c");
        await sources.remove(second);
        await sources.expectKnown();
      },
    );

    /** A second batch of the same kind: an engine that was stopped does not work again. */
    const createdBeside = async (
      { kind, keys, digest }: ReturnType<typeof createSources>,
      inputs: readonly string[],
      id: string,
    ) => {
      const other = createWorld(
        database(),
        async (input, { once }) => {
          const outcome = await once(`${keys}${digest(input)}/model`, async () => done({ about: input }));
          return outcome.status === "done" ? doneFrom(digest(input), outcome.output) : outcome;
        },
        { kind, sourceKeys: keys },
      );
      await other.begin(inputs, { id });
      await other.engine.run();
      await other.reached(id, "completed");
      await other.engine.stop(10_000);
      return id;
    };

    test("stays with a clone that has the results, and not with one that has none", async () => {
      const sources = createSources();
      const id = await sources.finish(["a", "b"]);
      const copy = { id: randomUUID(), name: "copy", owner: "tester", options: {} };
      await sources.engine.clone(id, { ...copy, copyResults: true });
      await sources.engine.clone(id, { ...copy, id: randomUUID(), copyResults: false });
      await sources.remove(id);
      await sources.expectKnown("a", "b");
      await sources.remove(copy.id);
      await sources.expectKnown();
    });

    test("is not removed by a reset or a retry: it was paid for", async () => {
      const sources = createSources();
      const id = await sources.finish(["a", "fails"]);
      await sources.engine.retry(id, { maxActive: 100 });
      await sources.engine.reset(id, { force: true });
      await sources.expectKnown("a");
    });

    test("is removed whoever answered, but not what somebody works on or what has a similar key", async () => {
      const sources = createSources();
      const id = await sources.finish(["a", "b"]);
      const [a, b, c] = ["a", "b", "c"].map(sources.digest);
      if (!a) throw new Error("three inputs have three digests");
      await sql`
      insert into shared_work (key, value, done_at, lease_token, leased_until)
      select ${sources.keys} || rest, value, case when value is not null then now() end,
        case when leased then gen_random_uuid() end, case when leased then now() end
      from (values
        (${`${a}/another model`}, '1'::jsonb, false),
        (${`${a}/made anew`}, '1', true),
        (${`${b}/begun`}, null, true),
        (${a}, '1', false),
        (${`${a}0`}, '1', false),
        (${`${a}.`}, '1', false),
        (${`${a.toUpperCase()}/model`}, '1', false),
        (${`${c}/model`}, '1', false)
      ) as entry (rest, value, leased)
    `.execute(database().sql);
      await sources.remove(id);
      const stays = [`${a}/made anew`, `${b}/begun`, a, `${a}0`, `${a}.`, `${a.toUpperCase()}/model`];
      expect([...(await sources.known())].sort()).toEqual([...stays, `${c}/model`].sort());
    });

    test("is removed once, with two batches that are removed at the same time by several processes", async () => {
      const sources = createSources();
      const inputs = numbers(450);
      const first = await sources.finish(inputs);
      const second = randomUUID();
      const copy = { id: second, name: "copy", owner: "tester", options: {}, copyResults: true };
      await sources.engine.clone(first, copy);
      for (const id of [first, second]) await sources.hide(id);
      expect(await sources.known()).toHaveLength(450);
      await Promise.all(numbers(4).map(() => sources.removeAll()));
      for (const id of [first, second]) expect(await rowsLeft(database(), id)).toEqual(nothing);
      await sources.expectKnown();
    });

    // Embedded, statements of two processes do not meet.
    test.runIf(name === "postgresql")(
      "two processes do not each leave it to the other: pages take turns",
      async () => {
        const sources = createSources();
        const first = await sources.finish(["a"]);
        const copy = { id: randomUUID(), name: "copy", owner: "tester", options: {}, copyResults: true };
        await sources.engine.clone(first, copy);
        const begun = Promise.withResolvers<void>();
        const waits = Promise.withResolvers<void>();
        const slow = takeTurn(database(), async (tx) => {
          await removePage(tx, "results", { id: first, page: 0, keys: sources.keys });
          begun.resolve();
          await waits.promise;
        });
        await begun.promise;
        await sources.hide(copy.id);
        const removing = sources.removeAll();
        await until(async () => {
          const { rows } = await sql`
          select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%from installation for update%'
        `.execute(database().sql);
          expect(rows).toHaveLength(1);
        });
        waits.resolve();
        await slow;
        await removing;
        await sources.expectKnown();
      },
    );

    test("a removal that dies after any page goes on, and what is known agrees with the results at any time", async () => {
      const sources = createSources();
      const id = await sources.finish(numbers(450));
      await sources.hide(id);
      let deaths = 0;
      for (let ended = false; !ended; deaths += 1) {
        ended = await sources.removeAll(dyingAfter(deaths)).then(
          () => true,
          (error) => {
            expect(error).toMatchObject({ message: "killed" });
            return false;
          },
        );
        const { rows } = await sql<{ sources: number }>`
        select count(distinct source) as sources from results where batch_id = ${id}
      `.execute(database().sql);
        expect(await sources.known()).toHaveLength(rows[0]?.sources ?? 0);
      }
      expect(deaths).toBeGreaterThan(10);
      expect(await rowsLeft(database(), id)).toEqual(nothing);
    });

    /** A database that takes so many transactions and rolls back the next one, as when its process is killed. */
    const dyingAfter = (transactions: number): Database => {
      let left = transactions;
      return {
        ...database(),
        transaction: (work, options) =>
          database().transaction(async (tx) => {
            const value = await work(tx);
            if (left === 0) throw new Error("killed");
            left -= 1;
            return value;
          }, options),
      };
    };

    test("whoever reads a batch that is removed meanwhile comes to an end", async () => {
      const sources = createSources();
      const id = await sources.finish(numbers(600));
      const seen: number[] = [];
      for await (const page of sources.engine.resultPages(id, {})) {
        if (seen.length === 0) await sources.remove(id);
        seen.push(...page.map(({ position }) => position));
      }
      expect(seen.length).toBeLessThan(600);
      expect(seen).toEqual(numbers(seen.length));
    });

    test("is removed by an engine that knows the kind, and left to it by others", async () => {
      const sources = createSources();
      const id = await sources.finish(["a"]);
      await sources.hide(id);
      const stranger = createWorld(database());
      const own = await stranger.write([1]);
      await stranger.engine.remove(own, { force: true });
      await stranger.engine.run();
      await until(async () => expect(await rowsLeft(database(), own)).toEqual(nothing));
      expect(await rowsLeft(database(), id)).toMatchObject({ batches: 1, chunks: 1, results: 1 });
      const { kind, keys } = sources;
      await createWorld(database(), echo, { kind, sourceKeys: keys }).engine.run();
      await until(async () => expect(await rowsLeft(database(), id)).toEqual(nothing));
      await sources.expectKnown();
    });
  },
  { ordinarily: "postgresql" },
);

describeEngine("a removal beside work", (database) => {
  test("rests after each page, and not any more once nothing is worked on", async () => {
    const gate = createGate();
    const live = createWorld(database(), () => gate.pass().then(() => done(1)));
    const batch = await live.begin([1]);
    await live.engine.run();
    await atGate(gate);
    const { write } = createWorld(database());
    const id = await write(numbers(400), { chunkSize: 10 });
    await markForRemoval(database(), id, { force: false });
    const rests: number[] = [];
    await removeHidden(database(), undefined, {
      async rest(ms) {
        rests.push(ms);
        expect(await rowsLeft(database(), id)).not.toEqual(nothing);
        if (rests.length < 3) return;
        gate.open();
        await live.reached(batch, "completed");
      },
    });
    expect(rests).toHaveLength(3);
    for (const ms of rests) expect(ms).toBeGreaterThan(0);
    expect(await rowsLeft(database(), id)).toEqual(nothing);
  });

  test("waits for the rest that another process is owed", async () => {
    const gate = createGate();
    const live = createWorld(database(), () => gate.pass().then(() => done(1)));
    const batch = await live.begin([1]);
    await live.engine.run();
    await atGate(gate);
    await sql`update installation set removal_after = now() + interval '1 hour'`.execute(database().sql);
    let turns = 0;
    const work = async () => {
      turns += 1;
    };
    const early = await takeTurn(database(), work);
    expect(early.taken).toBe(false);
    expect(early.restMs).toBeGreaterThan(3_000_000);
    expect(turns).toBe(0);
    gate.open();
    await live.reached(batch, "completed");
    expect(await takeTurn(database(), work)).toEqual({ taken: true, restMs: 0 });
    expect(turns).toBe(1);
  });
});
