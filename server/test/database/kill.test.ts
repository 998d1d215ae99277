import { randomInt } from "node:crypto";
import { fileURLToPath } from "node:url";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { startProcess } from "../../../scripts/fixture-process.ts";
import { describeDatabase } from "../databases.ts";

const committer = fileURLToPath(new URL("../testdata/database/committer.ts", import.meta.url));
/** `SOAK_ROUNDS=50 npm run check -- kill` for more. */
const rounds = Number(process.env["SOAK_ROUNDS"] ?? 2);

const lastCommitted = (output: string) =>
  Number(/.*^committed (\d+)$/ms.exec(output.slice(0, output.lastIndexOf("\n") + 1))?.[1] ?? 0);

describeDatabase(`a process that is killed (${rounds} rounds)`, ({ place, open, cluster }) => {
  test("loses nothing that was acknowledged, and leaves nothing half done", {
    timeout: 30_000 * rounds,
  }, async () => {
    const where = await place();
    let acknowledged = 0;
    for (let round = 0; round < rounds; round += 1) {
      const started = startProcess(
        process.execPath,
        ["--disable-warning=ExperimentalWarning", committer, where.dataDir, where.url ?? ""],
        {},
      );
      // Every other one in the middle of its start, or of recovering from the kill before: any moment of that.
      if (round % 2 === 1) setTimeout(() => started.child.kill("SIGKILL"), randomInt(50, 700));
      else {
        await started.shown("open");
        await started.shown(`committed ${acknowledged + randomInt(1, 200)}\n`);
        started.child.kill("SIGKILL");
      }
      const { output } = await started.ended;
      acknowledged = Math.max(acknowledged, lastCommitted(output));

      const database = await open(where);
      const { rows: there } = await sql<{ items: boolean }>`
        select to_regclass('counter') is not null as items`.execute(database.sql);
      if (there[0]?.items) {
        const { rows } = await sql<{ turns: number; items: number; whole: number }>`
          select (select coalesce(max(turns), 0) from counter) as turns, (select count(*) from items) as items,
            (select count(*) from (select turn from items group by turn having count(*) = 20) t) as whole
        `.execute(database.sql);
        const turns = rows[0]?.turns ?? 0;
        expect(rows).toEqual([{ turns, items: turns * 20, whole: turns }]);
        expect(turns).toBeGreaterThanOrEqual(acknowledged);
        acknowledged = turns;
      } else expect(acknowledged).toBe(0);
      await database.close();
    }
    expect(acknowledged).toBeGreaterThan(0);
  });

  test("the server's crash loses nothing that was acknowledged either", {
    timeout: 30_000 * rounds,
  }, async () => {
    const server = cluster();
    // Embedded, the process is the server.
    if (!server) return;
    const where = await place();
    let turns = 0;
    for (let round = 0; round < rounds; round += 1) {
      const started = startProcess(
        process.execPath,
        ["--disable-warning=ExperimentalWarning", committer, where.dataDir, where.url ?? ""],
        {},
      );
      await started.shown(`committed ${turns + randomInt(1, 200)}\n`);
      await server.crash();
      const { output } = await started.ended;
      await server.start();
      const database = await open(where);
      const { rows } = await sql<{ turns: number; items: number }>`
        select turns, (select count(*) from items) as items from counter`.execute(database.sql);
      turns = rows[0]?.turns ?? 0;
      expect(turns).toBeGreaterThanOrEqual(lastCommitted(output));
      expect(rows[0]?.items).toBe(turns * 20);
      await database.close();
    }
  });
});
