import { sql } from "kysely";
import { expect, test } from "vitest";
import { inspect, startService } from "../analysis/service-process.ts";
import { describeDatabase, type Place } from "../databases.ts";
import { numbers, until } from "../engine/world.ts";
import { leaveToSoak } from "../needs.ts";
import { seededRandom } from "../pictures.ts";
import { addressIn, iconClient } from "./client.ts";
import { asking, drawingOpenai } from "./drawing-openai.ts";

const seed = Number(process.env["SOAK_SEED"] ?? 1);
const whileAtWork = "The process ended while the model was at work.";
const crashed = "The process ended twice while it worked on this item alone.";
const kills = 10;
const icons = 6;

leaveToSoak("batches of icons that kill -9 interrupts", () => {
  describeDatabase("batches of icons", ({ place: makePlace }) => {
    test(`every icon is made once, and what is stored is not paid again: ${kills} times in ${icons * kills} icons`, {
      timeout: 1_800_000,
    }, async () => {
      const place = await makePlace();
      const openai = await drawingOpenai();
      // The port is another one after each start.
      const env = { ...asking(openai), PUBLIC_BASE_URL: "http://fovea.example", ICON_CONCURRENCY: "2" };
      const start = async () => {
        const service = await startService(place, env);
        return { ...service, client: iconClient(service.baseUrl, "test-token") };
      };
      const random = seededRandom(seed);
      const batches: { readonly id: string; readonly categories: readonly string[] }[] = [];
      let service = await start();
      /** Starts that OpenAI had answered at some kill, and of which nobody heard. */
      let unheard = 0;
      for (const kill of numbers(kills)) {
        const categories = numbers(icons).map((icon) => `object ${kill} ${icon}`);
        batches.push({ id: await service.client.begin({ categories, sizes: [64] }), categories });
        const wanted = openai.starts.length + 1 + Math.floor(random() * icons);
        await until(() =>
          expect(openai.starts.length).toBeGreaterThanOrEqual(Math.min(wanted, total(batches))),
        );
        await service.kill();
        unheard += await endTurns(place);
        service = await start();
      }
      const lost: string[] = [];
      /** Failures that the handler of icons knows of; the engine ends what crashes by itself. */
      let told = 0;
      for (const { id, categories } of batches) {
        await service.client.ended(id, { status: "completed", progress: 100 });
        const { results } = await service.client.result(id);
        expect(results.map(({ metadata: { category } }) => category)).toEqual(categories);
        for (const icon of results) {
          if (icon.success) {
            const { pathname, search } = new URL(addressIn(icon));
            expect((await service.client.open(pathname + search)).status).toBe(200);
          } else {
            // One that was lost twice is not paid a third time; nor is one worked on again at which the process died twice.
            expect([whileAtWork, crashed]).toContain(icon.error);
            lost.push(icon.metadata.category);
            if (icon.error === whileAtWork) told += 1;
          }
        }
      }
      const times = new Map<string, number>();
      for (const seen of openai.starts) {
        const [, category = ""] = /“(.*)”/.exec(seen?.prompt ?? "") ?? [];
        times.set(category, (times.get(category) ?? 0) + 1);
      }
      expect(times.size).toBe(kills * icons);
      // Only what was under way at a kill may have been paid without being stored.
      expect(openai.starts.length - times.size).toBeLessThanOrEqual(unheard);
      for (const category of lost) expect(times.get(category)).toBeLessThanOrEqual(2);
      const made = kills * icons - lost.length;
      expect(made).toBeGreaterThan((kills * icons) / 2);
      const counts = { total_generated: made, total_failed: told, active_batches: 0 };
      expect(await service.client.stats()).toMatchObject(counts);
      // Nothing twice, and nothing left behind: the picture as it was made, and the size that was asked for.
      expect(await service.client.cached()).toHaveLength(2 * made);
      // Whoever asks again has it.
      if (lost.length > 0) await service.client.batch({ categories: lost, sizes: [64] });
      expect(await service.terminate()).toBe(0);
      expect(await left(place)).toEqual([]);
    });
  });
});

const total = (batches: readonly { readonly categories: readonly string[] }[]) =>
  batches.reduce((sum, { categories }) => sum + categories.length, 0);

/** Starts that were sent and are not ended, where a process was killed. */
const endTurns = (place: Place) =>
  inspect(place, async (database) => {
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from image_generations where state not in ('planned', 'made')
    `.execute(database.sql);
    // A dead process says nothing more: here it is taken for dead at once.
    await sql`update chunks set leased_until = now() where state = 'processing'`.execute(database.sql);
    await sql`update shared_work set leased_until = now() where lease_token is not null`.execute(
      database.sql,
    );
    return rows[0]?.count ?? 0;
  });

const left = (place: Place) =>
  inspect(place, async (database) => {
    const { rows } = await sql`
      select id::text from image_generations union all select id::text from icons where state <> 'ready'
    `.execute(database.sql);
    return rows;
  });
