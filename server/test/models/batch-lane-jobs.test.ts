import { randomUUID } from "node:crypto";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import { describe, expect, test } from "vitest";
import { lookAtRows } from "../../src/models/batch-lane/looks.ts";
import { addRequest } from "../../src/models/batch-lane/requests.ts";
import { describeEngine } from "../engine/databases.ts";
import { until } from "../engine/world.ts";
import { usualUsage } from "../simulators/gemini-forms.ts";
import { answerMicros, groups, laneWorld, positions } from "./batch-lane-world.ts";

describeEngine(
  "the jobs of the batch lane",
  (database) => {
    describe("a job of the batch lane", () => {
      test.each([
        ["FAILED", 0],
        ["EXPIRED", 1],
      ] as const)("that ends as %s is told to its rows", async (ending, paid) => {
        const { start, ask, outcome, batches, bills, jobsAre } = await laneWorld(database());
        const lane = await start();
        batches.endNext(ending);
        await ask(lane, 0);
        expect(await outcome(lane, 0)).toMatchObject({ as: "failed", failure: { kind: "unavailable" } });
        await jobsAre(lane, (jobs) =>
          expect(jobs).toMatchObject([{ state: "failed", reason: expect.any(String) }]),
        );
        expect(await bills()).toEqual({ charged: 0, booked: 0, calls: paid, possiblyPaidTwice: paid });
      });

      test("that the provider has forgotten is given up, and not before it had time to be listed", async () => {
        const { start, ask, look, batches, batchId, jobsAre, age } = await laneWorld(database());
        const lane = await start({ listedMs: 3_600_000 });
        await ask(lane, 0);
        await jobsAre(lane, (jobs) => expect(jobs).toMatchObject([{ state: "running" }]));
        batches.forget(batches.jobs[0]?.name ?? "");
        const seen = batches.operations.length;
        await until(() => expect(batches.operations.length).toBeGreaterThan(seen + 3));
        expect(await look(lane, 0)).toMatchObject({ as: "waiting" });
        await until(async () => {
          await age(3_600);
          expect(await lane.jobs(batchId, 10)).toMatchObject([{ state: "failed" }]);
        });
        expect(await look(lane, 0)).toMatchObject({ as: "failed", failure: { kind: "unavailable" } });
      });

      /** More than are stored at once, and where a download of them ends that stored some and not all. */
      const many = 260;
      const cut = { bytes: 120_000 };

      test.each([
        ["breaks off", {}],
        ["falls silent", { isSilent: true }],
      ])(
        "whose answers arrive by a download that %s is read again, and nothing counts twice",
        async (_case, how) => {
          const { start, ask, outcome, batches, bills } = await laneWorld(database(), { deadlineMs: 1_000 });
          const lane = await start({ maxRequests: many, fillMs: 60_000 });
          await Promise.all(positions(many).map((position) => ask(lane, position)));
          batches.disturb("download", { ...cut, ...how });
          for (const position of positions(many))
            expect(await outcome(lane, position)).toMatchObject({ as: "answered" });
          // The next one may be given up at the deadline too.
          const downloads = batches.operations.filter((operation) => operation === "download");
          expect(downloads.length).toBeGreaterThanOrEqual(2);
          expect(await bills()).toEqual({
            ...{
              charged: many * answerMicros,
              booked: many * answerMicros,
              calls: many,
              possiblyPaidTwice: 0,
            },
          });
        },
      );

      test("whose answers two processes read has them once", async () => {
        const { start, ask, outcome, batches, batchId, endLeases, bills, jobsAre } = await laneWorld(
          database(),
          {
            deadlineMs: 120_000,
          },
        );
        const lane = await start({ maxRequests: many, fillMs: 60_000 });
        await Promise.all(positions(many).map((position) => ask(lane, position)));
        const all = await lane.reservedMicros(batchId);
        batches.disturb("download", { ...cut, isSilent: true });
        await until(async () => {
          await batches.advance();
          expect(batches.operations).toContain("download");
        });
        const other = await start();
        // What is stored of them is waited for no more.
        await until(async () => expect(await lane.reservedMicros(batchId)).toBeLessThan(all));
        await endLeases();
        for (const position of positions(many))
          expect(await outcome(other, position)).toMatchObject({ as: "answered" });
        await jobsAre(other, (jobs) => expect(jobs).toMatchObject([{ state: "done", answered: many }]));
        expect(await bills()).toMatchObject({
          charged: many * answerMicros,
          booked: many * answerMicros,
          calls: many,
        });
      });

      test("whose upload fails is uploaded again as it is", async () => {
        const { start, ask, outcome, batches, batchId } = await laneWorld(database());
        const lane = await start();
        batches.disturb("upload_start", { fault: { kind: "page", status: 503 } });
        await ask(lane, 0);
        const [job] = await lane.jobs(batchId, 10);
        expect(await outcome(lane, 0)).toMatchObject({ as: "answered" });
        expect((await lane.jobs(batchId, 10)).map(({ id }) => id)).toEqual([job?.id]);
        expect(batches.operations.filter((operation) => operation === "upload_start")).toHaveLength(2);
      });

      test("that the provider has no room for waits, and its file is not sent again", async () => {
        const world = await laneWorld(database(), { batch: { enqueuedTokens: usualUsage.inputTokens } });
        const { start, ask, outcome, batches, jobsAre, bills } = world;
        const lane = await start({ groups: groups.slice(1) });
        await ask(lane, 0);
        await jobsAre(lane, (jobs) => expect(jobs).toMatchObject([{ state: "running" }]));
        await ask(lane, 1);
        await jobsAre(lane, (jobs) =>
          expect(jobs).toMatchObject([
            { state: "handing_over", name: null, reason: expect.any(String) },
            { state: "running" },
          ]),
        );
        for (const position of [0, 1])
          expect(await outcome(lane, position)).toMatchObject({ as: "answered" });
        expect(batches.operations.filter((operation) => operation === "upload_start")).toHaveLength(2);
        expect(await bills()).toMatchObject({ charged: 2 * answerMicros, booked: 2 * answerMicros });
      });

      test("of a project that has its fill of jobs waits with its file", async () => {
        const { start, ask, outcome, batches, jobsAre } = await laneWorld(database());
        const lane = await start({ maxJobs: 1, groups: groups.slice(1), pollMs: 200 });
        await ask(lane, 0);
        await jobsAre(lane, (jobs) => expect(jobs).toMatchObject([{ state: "running" }]));
        await ask(lane, 1);
        const seen = batches.operations.length;
        // As often as the job that runs is looked at, the file is too.
        await until(() => expect(batches.operations.length).toBeGreaterThan(seen + 4));
        expect(batches.operations.filter((operation) => operation === "upload_start")).toHaveLength(1);
        await jobsAre(lane, (jobs) => expect(jobs[0]).toMatchObject({ state: "filling", requests: 1 }));
        for (const position of [0, 1])
          expect(await outcome(lane, position)).toMatchObject({ as: "answered" });
      });

      const lost = [
        ["is answered by a gateway's page", { kind: "page", status: 502 }],
        ["is cut off", { kind: "reset", when: "before_head" }],
        ["is answered by an error", { kind: "error", status: 503 }],
        ["is never answered", { kind: "hang" }],
      ] as const;

      test.each(lost)("that %s and exists all the same is not asked for again", async (_case, fault) => {
        const { start, ask, outcome, batches, bills } = await laneWorld(database(), { deadlineMs: 1_000 });
        const lane = await start();
        batches.disturb("submit", { fault, done: true });
        await ask(lane, 0);
        expect(await outcome(lane, 0)).toMatchObject({ as: "answered" });
        expect(batches.operations.filter((operation) => operation === "submit")).toHaveLength(1);
        expect(await bills()).toMatchObject({ charged: answerMicros, booked: answerMicros, calls: 1 });
      });

      test("whose submission fails and that does not exist is asked for again once it would be listed", async () => {
        const { start, ask, outcome, age, batches, batchId, jobsAre } = await laneWorld(database());
        const lane = await start({ listedMs: 3_600_000 });
        batches.disturb("submit", { fault: { kind: "page", status: 502 } });
        await ask(lane, 0);
        await jobsAre(lane, (jobs) =>
          expect(jobs).toMatchObject([{ state: "handing_over", reason: expect.any(String) }]),
        );
        await age(1_000);
        // Looked for twice, and each time not believed to be missing.
        await until(async () => {
          await age(0);
          expect(batches.operations.filter((operation) => operation === "list").length).toBeGreaterThan(1);
        });
        expect(batches.operations.filter((operation) => operation === "submit")).toHaveLength(1);
        // A look that was under way takes a job for as old as it was.
        await until(async () => {
          await age(3_600);
          expect(batches.jobs).toHaveLength(1);
        });
        expect(await outcome(lane, 0)).toMatchObject({ as: "answered" });
        expect(batches.operations.filter((operation) => operation === "submit")).toHaveLength(2);
        expect(await lane.jobs(batchId, 10)).toHaveLength(1);
      });

      test.each([
        ["unanswered, and asked for", { done: true }, 1],
        ["unanswered, and not asked for", {}, 2],
      ] as const)(
        "whose process ends while it is %s is found, or asked for",
        async (_case, done, submits) => {
          const { start, ask, outcome, batches, bills } = await laneWorld(database());
          const lane = await start();
          batches.disturb("submit", { fault: { kind: "hang" }, ...done });
          await ask(lane, 0);
          await until(() => expect(batches.operations).toContain("submit"));
          await lane.close();
          const next = await start();
          expect(await outcome(next, 0)).toMatchObject({ as: "answered" });
          expect(batches.operations.filter((operation) => operation === "submit")).toHaveLength(submits);
          expect(await bills()).toMatchObject({ charged: answerMicros, booked: answerMicros, calls: 1 });
        },
      );

      test("whose process ends while it is uploaded was never there", async () => {
        const { start, ask, look, outcome, batches, batchId, folder } = await laneWorld(database());
        const lane = await start();
        batches.disturb("upload_part", { fault: { kind: "hang" }, bytes: 10 });
        await ask(lane, 0);
        await until(() => expect(batches.operations).toContain("upload_part"));
        await lane.close();
        expect(await lane.jobs(batchId, 10)).toEqual([]);
        expect(
          (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".jsonl")),
        ).toEqual([]);
        const next = await start();
        expect(await look(next, 0)).toBeNull();
        await ask(next, 0);
        expect(await outcome(next, 0)).toMatchObject({ as: "answered" });
      });

      test("with a key that may not ask for jobs goes to another key, without a failure of its rows", async () => {
        const { start, ask, look, outcome, batches, log } = await laneWorld(database());
        const lane = await start();
        batches.disturb("submit", {
          fault: { kind: "error", status: 403, message: "Batches need an account that pays." },
        });
        await ask(lane, 0);
        await until(async () => expect(await look(lane, 0)).toBeNull());
        await ask(lane, 0);
        expect(await outcome(lane, 0)).toMatchObject({ as: "answered" });
        expect(log.filter((line) => line.includes("not taken"))).toEqual([]);
        await until(() => expect(batches.operations).toContain("delete"));
      });

      test("that no key may ask for is told to one row, and the others may ask again", async () => {
        const { start, ask, look, outcome, batches } = await laneWorld(database());
        const [, ...two] = groups;
        // A job is full with four, so that all of them are in one, however long that takes.
        const lane = await start({ groups: two, maxRequests: 4, fillMs: 60_000 });
        const fault = { kind: "error", status: 403, message: "Batches need an account that pays." } as const;
        batches.disturb("submit", { fault });
        for (const position of positions(4)) await ask(lane, position);
        await until(async () => expect(await look(lane, 0)).toBeNull());
        for (const position of positions(4)) await ask(lane, position);
        const outcomes = [];
        for (const position of positions(4)) outcomes.push(await outcome(lane, position));
        expect(outcomes).toMatchObject([{ as: "failed", failure: { kind: "unusable" } }, null, null, null]);
        for (const position of positions(4)) await ask(lane, position);
        expect(await outcome(lane, 0)).toMatchObject({ as: "answered" });
      });

      test("whose key is gone is seen with another key of its project", async () => {
        const { start, ask, outcome, jobsAre } = await laneWorld(database());
        const [first, second] = groups;
        if (!first || !second) throw new Error("there are two groups");
        const [key, sibling] = first.keys;
        if (!key || !sibling) throw new Error("there are two keys");
        const lane = await start({ groups: [{ ...first, keys: [key] }] });
        await ask(lane, 0);
        await jobsAre(lane, (jobs) =>
          expect(jobs).toMatchObject([{ state: "running", keyLabel: key.label }]),
        );
        await lane.close();
        const next = await start({
          groups: [second, { name: "elsewhere", limits: first.limits, keys: [sibling] }],
        });
        expect(await outcome(next, 0)).toMatchObject({ as: "answered" });
      });

      test("that no key sees any more is waited for as long as it is kept", async () => {
        const { start, ask, look, gemini, batchId, jobsAre, age } = await laneWorld(database());
        const [first, second] = groups;
        if (!first || !second) throw new Error("there are two groups");
        const lane = await start({ groups: [first] });
        await ask(lane, 0);
        await jobsAre(lane, (jobs) => expect(jobs).toMatchObject([{ state: "running" }]));
        for (const { secret } of first.keys) gemini.revoke(secret ?? "");
        await lane.close();
        const next = await start({ groups: [first, second] });
        await jobsAre(next, (jobs) =>
          expect(jobs).toMatchObject([
            { state: "running", reason: expect.stringContaining("no other one sees") },
          ]),
        );
        expect(await look(next, 0)).toMatchObject({ as: "waiting" });
        await until(async () => {
          await age(48 * 3_600);
          expect(await next.jobs(batchId, 10)).toMatchObject([{ state: "failed" }]);
        });
        expect(await look(next, 0)).toMatchObject({ as: "failed", failure: { kind: "unavailable" } });
      });
    });

    describe("a job of the batch lane whose batch", () => {
      test("is paused before it was handed over is given up", async () => {
        const { start, ask, look, wanted, batchId, batches } = await laneWorld(database());
        const lane = await start();
        wanted.set(batchId, "resting");
        await ask(lane, 0);
        await until(async () => expect(await lane.jobs(batchId, 10)).toEqual([]));
        expect(await look(lane, 0)).toBeNull();
        expect(batches.operations).toEqual([]);
      });

      test("is paused before it was asked for is withdrawn, with its file", async () => {
        const world = await laneWorld(database(), { batch: { enqueuedTokens: usualUsage.inputTokens } });
        const { start, ask, look, wanted, batchId, batches, jobsAre, age } = world;
        const lane = await start({ groups: groups.slice(1) });
        await ask(lane, 0);
        await jobsAre(lane, (jobs) => expect(jobs).toMatchObject([{ state: "running" }]));
        await ask(lane, 1);
        await jobsAre(lane, (jobs) =>
          expect(jobs[0]).toMatchObject({ state: "handing_over", reason: expect.any(String) }),
        );
        wanted.set(batchId, "resting");
        await age(0);
        await until(async () => expect(await look(lane, 1)).toBeNull());
        await until(() => expect(batches.operations).toContain("delete"));
        expect(await look(lane, 0)).toMatchObject({ as: "waiting" });
      });

      test.each(["unwanted", "gone"] as const)("is %s is called off, which fails nobody", async (state) => {
        const { start, ask, outcome, wanted, batchId, batches, jobsAre } = await laneWorld(database());
        const lane = await start();
        await ask(lane, 0);
        await jobsAre(lane, (jobs) => expect(jobs).toMatchObject([{ state: "running" }]));
        wanted.set(batchId, state);
        expect(await outcome(lane, 0, { stands: true })).toBeNull();
        expect(batches.operations).toContain("cancel");
        expect(await lane.reservedMicros(batchId)).toBe(0);
      });

      test("is gone is forgotten with it", async () => {
        const { start, ask, outcome, wanted, batchId, jobsAre } = await laneWorld(database());
        const lane = await start();
        await ask(lane, 0);
        expect(await outcome(lane, 0)).toMatchObject({ as: "answered" });
        await jobsAre(lane, (jobs) => expect(jobs).toMatchObject([{ state: "done" }]));
        wanted.set(batchId, "gone");
        await lane.close();
        const next = await start();
        await until(async () => {
          await next.jobs(batchId, 10);
          const { rows } = await sql`
        select id from model_jobs where batch_id = ${batchId}
        union all select id from model_job_requests where batch_id = ${batchId}
      `.execute(database().sql);
          expect(rows).toEqual([]);
        });
      });
    });

    describe("a file of questions", () => {
      test("that cannot be written fails no row, and nothing is taken until it can be", async () => {
        const { start, ask, outcome, folder, log } = await laneWorld(database());
        const blocked = join(folder, "blocked");
        await writeFile(blocked, "");
        const lane = await start({ folder: join(blocked, "lane") });
        const again = await ask(lane, 0);
        expect(lane.full()?.getTime()).toBeGreaterThanOrEqual(again.getTime() - 1_000);
        expect(log.filter((line) => line.includes("cannot be written"))).toHaveLength(1);
        await rm(blocked);
        await ask(lane, 0);
        expect(await outcome(lane, 0)).toMatchObject({ as: "answered" });
      });

      test("whose job was taken from its process is given up, and the question goes into another one", async () => {
        const { start, ask, look, outcome, batchId, provider, batches } = await laneWorld(database());
        const lane = await start({ fillMs: 60_000 });
        await ask(lane, 0);
        await sql`delete from model_jobs where provider = ${provider}`.execute(database().sql);
        await ask(lane, 1);
        expect(await look(lane, 1)).toBeNull();
        await until(async () => {
          await ask(lane, 1);
          expect(await lane.jobs(batchId, 10)).toMatchObject([{ state: "filling", requests: 1 }]);
        });
        await lane.close();
        const next = await start();
        await ask(next, 1);
        expect(await outcome(next, 1)).toMatchObject({ as: "answered" });
        expect(batches.calls).toHaveLength(1);
      });

      test("holds a question once, also where the answer of the database was lost", async () => {
        const { start, ask, batchId, provider, keyOf } = await laneWorld(database());
        const lane = await start({ fillMs: 60_000 });
        await ask(lane, 0);
        const { rows } = await sql<{ id: string; leaseToken: string }>`
      select id, lease_token as "leaseToken" from model_jobs where provider = ${provider}
    `.execute(database().sql);
        const { id: jobId = "", leaseToken = "" } = rows[0] ?? {};
        const question = {
          ...{ id: randomUUID(), jobId, leaseToken, key: keyOf(1), facts: null, estimatedMicros: 5 },
          ...{ purpose: { batchId, position: 1 }, createdAt: new Date() },
        };
        const add = (changes: object = {}) => addRequest(database().sql, { ...question, ...changes }, null);
        expect([await add(), await add()]).toEqual(["added", "added"]);
        expect(await add({ id: randomUUID() })).toBe("known");
        expect(await add({ id: randomUUID(), leaseToken: randomUUID() })).toBe("job gone");
        expect(await lane.jobs(batchId, 10)).toMatchObject([{ requests: 2 }]);
      });
    });

    describe("rows that wait", () => {
      test("look together, later the longer it takes, and only for questions of their own", async () => {
        const { start, ask, age, batchId, jobsAre } = await laneWorld(database());
        const lane = await start({ pollMs: 3_600_000 });
        for (const position of positions(3)) await ask(lane, position);
        await jobsAre(lane, (jobs) => expect(jobs.every(({ state }) => state === "running")).toBe(true));
        const purposes = positions(4).map((position) => ({ batchId, position }));
        const look = (now: number) =>
          lookAtRows(database().sql, purposes, { fillingMs: 250, runningMs: 2_000, now: () => now });
        const present = Date.now();
        await age(4 * 3_600);
        const times = (await look(present + 3_600_000)).map((time) => time && Number(time));
        expect(times[3]).toBeNull();
        const jobs = await lane.jobs(batchId, 10);
        expect(new Set(times.slice(0, 3).map(Number)).size).toBe(jobs.length);
        for (const time of times.slice(0, 3)) {
          expect(Number(time)).toBeGreaterThan(present + 3_600_000);
          expect(Number(time)).toBeLessThan(present + 3_600_000 + 17 * 60_000);
        }
        // A little later the same time is told, so that chunks whose rows looked one after the other are taken up once.
        const spread = await Promise.all(
          positions(20).map((second) => look(present + 3_600_000 + second * 1_000)),
        );
        const told = new Set(spread.flatMap((each) => each.slice(0, 3).map(Number)));
        expect(told.size).toBeLessThanOrEqual(2 * jobs.length);
      });
    });
  },
  // Nothing here is the database's to do otherwise; what the lane does besides is asked of both.
  { ordinarily: "postgresql" },
);
