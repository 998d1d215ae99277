import { expect, test } from "vitest";
import { startPatientOrigin } from "../analysis/patient-origin.ts";
import { inspect, startService } from "../analysis/service-process.ts";
import { assertConsistent } from "../engine/consistent.ts";
import { describeServer } from "../engine/databases.ts";
import { numbers, until } from "../engine/world.ts";
import { leaveToSoak } from "../needs.ts";
import { catalogClient, csvOf } from "./client.ts";

/** Each process is the start of a service, and machines are slow at times. */
const patient = { timeout: 120_000 };
const concurrency = 2;
/** Parts of requests that a process works on at once. */
const slots = 2;

leaveToSoak("a catalog in two processes", () => {
  describeServer("a catalog of two processes", (_server, place) => {
    test("is shared by them, with one fetch and one output for each address", patient, async () => {
      const where = await place();
      const env = { PUBLIC_BASE_URL: "http://fovea.example", CATALOG_CONCURRENCY: String(concurrency) };
      const [one, other] = await Promise.all([startService(where, env), startService(where, env)]);
      const origin = await startPatientOrigin();
      // Several chunks, which have the same images at other places.
      const urls = origin.addresses(80, 10);
      const rows = numbers(500).map(
        (row) => [`product ${row}`, urls[(row * 3) % urls.length] ?? ""] as const,
      );
      const client = catalogClient(one.baseUrl);
      const id = await client.begin(csvOf(...rows));
      // As many as one process has under way: the other one takes up what it has left.
      await until(() => expect(origin.waiting().length).toBeGreaterThanOrEqual(concurrency * slots));
      origin.answer(1_000);

      const { products, progress } = await catalogClient(other.baseUrl).ended(id);
      expect(progress).toMatchObject({ total: 500, completed: 500, failed: 0 });
      expect(products.map(({ input_urls }) => input_urls[0])).toEqual(rows.map(([, url]) => url));
      expect(urls.map(origin.requests)).toEqual(urls.map(() => 1));
      const outputs = new Map(products.map(({ input_urls, output_urls }) => [input_urls[0], output_urls[0]]));
      for (const { input_urls, output_urls } of products)
        expect(output_urls).toEqual([outputs.get(input_urls[0] ?? "")]);
      expect(new Set(outputs.values()).size).toBe(urls.length);
      for (const url of outputs.values())
        expect((await client.open(new URL(url ?? "").pathname)).status).toBe(200);
      expect([await one.terminate(), await other.terminate()]).toEqual([0, 0]);
      await inspect(where, (database) => assertConsistent(database, id));
    });
  });
});
