import { randomBytes, randomUUID } from "node:crypto";
import { sql } from "kysely";
import { describe, expect, onTestFinished, test } from "vitest";
import * as exportWire from "../../src/features/analysis/exports/schema.ts";
import { callerSignal } from "../../src/platform/http/caller-signal.ts";
import { createDownloads } from "../../src/platform/http/downloads.ts";
import { describeEngine } from "../engine/databases.ts";
import { describeWith, leaveToSoak } from "../needs.ts";
import { connectRaw } from "../raw-http.ts";
import { listenApp } from "../world.ts";
import { accepted, patient, refused } from "./client.ts";
import { csvRows, download, ndjsonRecords, readArchive, savedAs } from "./downloads.ts";
import { addChunk, countUp, type MadeRow, makeBatch, writeBatchRow } from "./made-batch.ts";
import { serveOn } from "./service-on-database.ts";

/** Several times what is read at once. */
const manyRows = 8_000;

/** Long texts that do not become smaller: no export of them fits into what lies between a server and a client. */
const manyResults = (): MadeRow[] =>
  Array.from({ length: manyRows }, (_, index) => ({
    url: `https://images.example.com/${index + 1}.jpg`,
    facts: { text_content: randomBytes(1_200).toString("base64") },
  }));

const numbers = Array.from({ length: manyRows }, (_, index) => index + 1);

leaveToSoak("exports that stream, of many rows", () => {
  describeEngine("exports that stream", (database, underTest) => {
    const service = serveOn(database);
    const api = (path: string) => `${service().baseUrl}/api/v1/export/${path}`;

    let shared: Promise<string> | undefined;
    const many = () => {
      shared ??= makeBatch(database(), manyResults(), { name: "Many", chunkSize: 500 });
      return shared;
    };

    /** Exports that are under way. */
    async function active(): Promise<number> {
      const text = await (await fetch(`${service().baseUrl}/metrics`)).text();
      return Number(/^fovea_exports_active (\d+)$/m.exec(text)?.[1]);
    }

    /** What was written down of the exports of a batch or, without one, of several. */
    async function recorded(target: string | null): Promise<readonly string[]> {
      const { rows } = await sql<{ action: string }>`
      select action from audit_log where target is not distinct from ${target} and action like 'export.%' order by id
    `.execute(database().sql);
      return rows.map(({ action }) => action);
    }

    /** Resolves once no statement of the service runs; embedded, once one has its turn. */
    const idle = () =>
      expect
        .poll(async () => {
          const { rows } = await sql<{ busy: number }>`
          select count(*) as busy from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid() and state like '%active%'
        `.execute(database().sql);
          return underTest.engine === "embedded" ? 0 : rows[0]?.busy;
        }, patient)
        .toBe(0);

    const statistics = async () =>
      accepted(exportWire.statisticsResponse, await service().client.get("/api/v1/export/statistics")).data;

    /** Asks for a file and takes its beginning; the rest waits. */
    async function begin(path: string, body?: object) {
      const leaving = new AbortController();
      onTestFinished(() => leaving.abort());
      const json = {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      };
      const response = await fetch(api(path), { signal: leaving.signal, ...(body ? json : {}) });
      const reader = response.body?.getReader();
      if (!reader) throw new Error("the answer has no body");
      await reader.read();
      return {
        leave: () => leaving.abort(),
        async rest() {
          for (;;) if ((await reader.read()).done) return;
        },
      };
    }

    test.each(["csv", "json", "ndjson"] as const)("every row is in %s once, in its order", async (format) => {
      const id = await many();
      const { status, headers, text } = await download(api(`batch/${id}?format=${format}`));
      expect([status, headers.get("content-length")]).toEqual([200, null]);
      const read = {
        csv: () =>
          csvRows(text)
            .slice(1)
            .map((row) => Number(row[16])),
        json: () => JSON.parse(text).results.map(({ row }: { row: number }) => row),
        ndjson: () => ndjsonRecords(text).map(({ row }) => row),
      };
      expect(read[format]()).toEqual(numbers);
    });

    describeWith("python3-openpyxl", "as Python reads them", ({ path }) => {
      test("every row is in XLSX once, in its order", async () => {
        const id = await many();
        const { headers, bytes } = await download(api(`batch/${id}?format=xlsx&metadata=false`));
        expect(headers.get("content-length")).toBeNull();
        const sheet = (await readArchive(path, bytes)).get("xl/worksheets/sheet1.xml")?.toString() ?? "";
        const found = [
          ...sheet.matchAll(/<c r="A(\d+)"[^>]*><is><t>https:\/\/images\.example\.com\/(\d+)\.jpg</g),
        ];
        expect(found.map(([, line, number]) => [Number(line), Number(number)])).toEqual(
          numbers.map((number) => [number + 1, number]),
        );
      });
    });

    describe("a client that leaves", () => {
      const exportsOf = (id: string) =>
        [
          ["csv", `batch/${id}`, undefined, id],
          ["json", `batch/${id}?format=json`, undefined, id],
          ["xlsx", `batch/${id}?format=xlsx`, undefined, id],
          ["an archive", "batches/multiple", { batch_ids: [id] }, null],
          ["filtered", "filtered", { filters: { batch_ids: [id] } }, null],
        ] as const;

      test.each(exportsOf("").map(([name], index) => [name, index] as const))(
        "in the middle of %s leaves nothing behind, and has exported nothing",
        async (_, index) => {
          const [, path, body, target] = exportsOf(await many())[index] ?? expect.fail();
          const before = await recorded(target);
          const total = await statistics();
          const { leave } = await begin(path, body);
          expect(await active()).toBe(1);
          leave();
          await expect.poll(active, patient).toBe(0);
          await idle();
          expect((await recorded(target)).slice(before.length)).toEqual(["export.download"]);
          expect(await statistics()).toEqual(total);
        },
      );

      test.each(exportsOf("").map(([name], index) => [name, index] as const))(
        "before %s begins leaves nothing behind either",
        async (_, index) => {
          const [, path, body, target] = exportsOf(await many())[index] ?? expect.fail();
          const before = await recorded(target);
          const { socket, send } = await connectRaw(service().baseUrl);
          const text = body ? JSON.stringify(body) : "";
          send(
            `${body ? "POST" : "GET"} /api/v1/export/${path} HTTP/1.1\r\nHost: x\r\n` +
              `Content-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
          );
          await expect.poll(async () => (await recorded(target)).length, patient).toBe(before.length + 1);
          socket.destroy();
          await expect.poll(active, patient).toBe(0);
          await idle();
          expect((await recorded(target)).slice(before.length)).toEqual(["export.download"]);
        },
      );
    });

    test("a client that reads slowly gets all of it, and is counted once at the end", async () => {
      const id = await many();
      const { length } = await recorded(id);
      const { rest } = await begin(`batch/${id}`);
      expect(await active()).toBe(1);
      expect((await recorded(id)).slice(length)).toEqual(["export.download"]);
      await rest();
      await expect.poll(active, patient).toBe(0);
      expect((await recorded(id)).slice(length)).toEqual(["export.download", "export.completed"]);
    });

    const gone = (id: string) =>
      expect
        .poll(async () => {
          const { rows } = await sql`select from results where batch_id = ${id} limit 1`.execute(
            database().sql,
          );
          return rows.length;
        }, patient)
        .toBe(0);
    const removals = {
      "deleted with its rows removed bit by bit": async (id: string) => {
        await service().client.send("DELETE", `/api/v1/batches/${id}`);
        await gone(id);
      },
      // Nothing that is read afterwards looks as if something were missing.
      "removed at once": (id: string) =>
        database().transaction(async (tx) => {
          for (const table of ["chunks", "results", "attempts"])
            await sql`delete from ${sql.table(table)} where batch_id = ${id}`.execute(tx);
          await sql`delete from batches where id = ${id}`.execute(tx);
        }),
    };

    test.each([
      ["deleted with its rows removed bit by bit", "csv"],
      ["removed at once", "csv"],
      ["removed at once", "xlsx"],
    ] as const)(
      "a batch that is %s while it is exported as %s breaks the download off",
      async (how, format) => {
        const id = await makeBatch(database(), manyResults(), { chunkSize: 500 });
        const { rest } = await begin(`batch/${id}?format=${format}`);
        await removals[how](id);
        // Half of a file must not be taken for a whole one.
        await expect(rest()).rejects.toThrow(/terminated/);
        await expect.poll(active, patient).toBe(0);
        await idle();
        expect(await recorded(id)).toEqual(["export.download"]);
      },
    );

    describe("a batch of more than a million rows", () => {
      const present = [
        1, 2, 3, 999_999, 1_000_000, 1_000_001, 1_000_002, 2_000_000, 2_000_001, 2_499_998, 2_499_999,
      ];
      /** A row of the file by its number; most of two and a half million have no result yet. */
      const row = (number: number): MadeRow => {
        const url = `https://a.test/${number}`;
        if (!present.includes(number)) return { url };
        return number % 2 === 0
          ? { url, failure: { code: "http_404", message: "Gone." } }
          : { url, facts: {} };
      };
      const rowsFrom = (first: number, count: number) =>
        Array.from({ length: count }, (_, index) => row(first + index));
      // Some hold rows of two parts.
      const chunkSize = 3000;

      let made: Promise<string> | undefined;
      const large = () => {
        made ??= (async () => {
          const id = randomUUID();
          const settings = { columns: ["url"], urlColumn: 0, chunkSize };
          const shape = { id, name: "Large", kind: "analysis", items: 2_500_000, settings };
          await writeBatchRow(database(), { ...shape, createdAt: "2025-11-01T00:00:00Z" });
          for (const number of [0, 333, 666, 833]) {
            const first = number * chunkSize;
            const rows = rowsFrom(first + 1, Math.min(chunkSize, 2_500_000 - first));
            await addChunk(database(), id, number, first, rows);
          }
          await countUp(database(), id, "cancelled");
          return id;
        })();
        return made;
      };

      test.each([
        [1, [1, 2, 3, 999_999, 1_000_000]],
        [2, [1_000_001, 1_000_002, 2_000_000]],
        [3, [2_000_001, 2_499_998, 2_499_999]],
      ])("part %i holds its million rows of the file, whatever of them there is", async (part, rows) => {
        const id = await large();
        const { text, headers } = await download(api(`batch/${id}?format=json&part=${part}`));
        const { results, metadata } = JSON.parse(text);
        expect(results.map((result: { row: number }) => result.row)).toEqual(rows);
        expect(metadata).toMatchObject({ part, parts: 3, total_records: rows.length });
        expect(headers.get("x-export-parts")).toBe("3");
        expect(savedAs(headers)).toMatch(new RegExp(`^Large_part${part}_\\d{8}_\\d{6}\\.json$`));
        const failed = await download(api(`batch/${id}?format=ndjson&failed_only=true&part=${part}`));
        expect(ndjsonRecords(failed.text).map((result) => result["row"])).toEqual(
          rows.filter((number) => number % 2 === 0),
        );
      });

      test("there is no part behind the last one, and without a part it is whole while there are few results", async () => {
        const id = await large();
        const answer = await service().client.get(`/api/v1/export/batch/${id}?part=4`);
        expect(refused(answer, 400, "validation_error")).toMatch(/part: .*2500000 rows.*3 parts/);
        const { text, headers } = await download(api(`batch/${id}?format=ndjson`));
        expect(ndjsonRecords(text).map((result) => result["row"])).toEqual(present);
        expect(headers.get("x-export-parts")).toBe("3");
        const summary = await service().client.get(`/api/v1/export/batch/${id}/summary`);
        expect(accepted(exportWire.summaryResponse, summary).data.parts).toBe(3);
      });

      describeWith("python3-openpyxl", "in an archive", ({ path }) => {
        test("is a file for each part", async () => {
          const id = await large();
          const { bytes } = await download(api("batches/multiple"), { batch_ids: [id], format: "ndjson" });
          const files = await readArchive(path, bytes);
          const name = `Large_${id.slice(0, 8)}`;
          expect([...files.keys()]).toEqual([
            ...[1, 2, 3].map((part) => `${name}_part${part}.ndjson`),
            "export_summary.txt",
          ]);
          const rows = [...files.values()].slice(0, 3).map((file) => ndjsonRecords(file.toString()).length);
          expect(rows).toEqual([5, 3, 3]);
        });
      });

      test("that match is refused without a part, and named parts are not", async () => {
        const id = randomUUID();
        const settings = { columns: ["url"], urlColumn: 0, chunkSize: 2000 };
        const shape = { id, name: "Too large", kind: "analysis", items: 1_000_001, settings };
        await writeBatchRow(database(), { ...shape, createdAt: "2025-11-01T00:00:00Z" });
        // How many results a chunk has is read from its counters alone.
        await sql`
        insert into chunks (batch_id, number, first_position, size, inputs, state, succeeded, failed, started_at, completed_at)
        values (${id}::uuid, 0, 0, 1000001, '[]', 'completed', 1000001, 0, now(), now())
      `.execute(database().sql);
        await countUp(database(), id, "completed");
        const { client } = service();
        for (const query of ["", "?success_only=true", "?status=success&format=xlsx"]) {
          const answer = await client.get(`/api/v1/export/batch/${id}${query}`);
          expect(refused(answer, 400, "too_many_rows")).toMatch(/million.*part=1 to part=2/);
        }
        const filters = { batch_ids: [id] };
        expect(
          refused(await client.post("/api/v1/export/filtered", { filters }), 400, "too_many_rows"),
        ).toMatch(/limit/);
        for (const query of [
          "failed_only=true",
          "has_contact=true",
          "end_date=1999-12-31",
          "part=1",
          "part=2",
        ])
          expect([query, (await download(api(`batch/${id}?${query}`))).status]).toEqual([query, 200]);
        expect((await download(api("filtered"), { filters, limit: 1_000_000 })).status).toBe(200);
        const preview = await client.get(`/api/v1/export/batch/${id}/preview?count=true`);
        expect(accepted(exportWire.previewResponse, preview).data.total_matching).toBe(1_000_001);
      });
    });
  });
});

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

test("a client that stalls holds the making of its file up, and one that leaves ends it", async () => {
  const downloads = createDownloads();
  const piece = Buffer.alloc(64 * 1024, "x");
  /** Far more than the kernel takes for a client that does not read. */
  const most = 4096;
  const made = { pieces: 0, ended: false, completed: false };
  async function* content() {
    try {
      while (made.pieces < most) {
        made.pieces += 1;
        yield piece;
        await nextTurn();
      }
    } finally {
      made.ended = true;
    }
  }
  const { baseUrl } = await listenApp({}, ({ http }) => {
    http.get("/stalled", { config: { access: "public" } }, (_request, reply) =>
      downloads.send(reply, {
        fileName: "a.csv",
        mimeType: "text/csv",
        content: content(),
        signal: callerSignal(reply),
        onComplete: async () => {
          made.completed = true;
        },
      }),
    );
  });
  const { socket, send } = await connectRaw(baseUrl);
  socket.pause();
  send("GET /stalled HTTP/1.1\r\nHost: x\r\n\r\n");
  while (made.pieces === 0) await nextTurn();
  for (let seen = 0; seen !== made.pieces; ) {
    seen = made.pieces;
    // Each piece takes one turn where somebody wants it.
    for (let turn = 0; turn < 2_000; turn += 1) await nextTurn();
  }
  expect(made).toMatchObject({ ended: false, completed: false });
  expect(made.pieces).toBeLessThan(most / 4);
  expect(downloads.active()).toBe(1);
  socket.destroy();
  while (downloads.active() > 0) await nextTurn();
  expect(made).toMatchObject({ ended: true, completed: false });
});
