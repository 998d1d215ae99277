import { setImmediate as turn } from "node:timers/promises";
import sharp from "sharp";
import { expect, test, vi } from "vitest";
import { type AnalysisClient, analysisClient, csvOf, formOf } from "../../server/test/analysis/client.ts";
import { startPatientOrigin } from "../../server/test/analysis/patient-origin.ts";
import { describeServer } from "../../server/test/engine/databases.ts";
import { freePort } from "../../server/test/free-port.ts";
import { describeWith, leaveToSoak } from "../../server/test/needs.ts";
import { startRedis } from "../../server/test/redis.ts";
import { receiverUnderTest } from "../../server/test/webhooks/receiver.ts";
import { startNginx } from "./nginx.ts";
import { runCommandProcess, type ServiceProcess, sharedSettings, startServiceProcess } from "./processes.ts";

const rowsOfBatch = 40;
const credential = { "x-api-key": "key of the load" };

leaveToSoak("a rolling restart", () => {
  describeWith("nginx", "a rolling restart behind nginx", ({ path: nginxPath }) => {
    describeWith("redis-server", "a rolling restart behind nginx, with Redis", ({ path: redisPath }) => {
      describeServer("a rolling restart behind nginx, on PostgreSQL", (_cluster, place) => {
        test("of three api and three worker processes under load: no 5xx, no lost item, no double delivery", {
          timeout: 600_000,
          retry: 0,
        }, async () => {
          const env = {
            ...(await sharedSettings()),
            DATABASE_URL: (await place()).url ?? "",
            DATABASE_MIGRATIONS: "wait",
            REDIS_URL: (await startRedis(redisPath)).url,
            ...{ AUTH: "all", TRUST_PROXY: "127.0.0.1", CHUNK_SIZE: "10", MAX_CONCURRENT_WORKERS: "8" },
          };
          await runCommandProcess("migrate", { ...env, DATABASE_MIGRATIONS: "apply" });
          const ports = [await freePort(), await freePort(), await freePort()];
          const startApi = (port: number) => startServiceProcess({ ...env, ROLE: "api", PORT: String(port) });
          const startWorker = () => startServiceProcess({ ...env, ROLE: "worker" });
          const apis = await Promise.all(ports.map(startApi));
          const workers = await Promise.all([startWorker(), startWorker(), startWorker()]);
          const nginx = await startNginx(nginxPath, ports);

          const load = await beginLoad(nginx.baseUrl);
          /** Until every kind of request was answered twice more: the process has been asked for all of them. */
          const goOn = () =>
            load.more(2).catch((error: unknown) => {
              throw new Error(`${error}\n${[...apis, ...workers].flatMap(complaints).join("\n")}`);
            });
          await goOn();
          const end = async (process: ServiceProcess) =>
            expect(await process.terminate(), process.output()).toBe(0);
          for (const [index, port] of ports.entries()) {
            await nginx.leaveOut(port);
            await end(apis[index] as ServiceProcess);
            await goOn();
            apis[index] = await startApi(port);
            await nginx.leaveOut();
            await goOn();
          }
          for (const worker of workers.keys()) {
            await end(workers[worker] as ServiceProcess);
            workers[worker] = await startWorker();
            await goOn();
          }
          await load.end();
        });
      });
    });
  });
});

/** What a process has logged as an error, for whoever reads why a test failed. */
const complaints = ({ output }: ServiceProcess) =>
  output()
    .split("\n")
    .filter((line) => /"level":[56]0/.test(line));

const completed = (client: AnalysisClient, id: string) =>
  vi.waitFor(async () => expect((await client.progress(id)).status).toBe("completed"), {
    ...{ timeout: 120_000, interval: 100 },
  });

const made = (client: AnalysisClient, id: string) =>
  vi.waitFor(
    async () => {
      const { body } = await client.get(`/api/v1/jobs/status/${id}`);
      expect(body).toMatchObject({ status: "completed" });
    },
    { timeout: 120_000, interval: 100 },
  );

/** Requests of every kind, each again as soon as it was answered, with what has to have come of them in the end. */
async function beginLoad(baseUrl: string) {
  const client = analysisClient(baseUrl, credential);
  const origin = await startPatientOrigin();
  origin.answer(1_000_000);
  const urls = origin.addresses(rowsOfBatch, 8);
  const receiver = await receiverUnderTest();
  const picture = new Uint8Array(
    await sharp({ create: { width: 1200, height: 900, channels: 3, background: "#346" } })
      .jpeg()
      .toBuffer(),
  );
  const batches: string[] = [];
  const jobs: string[] = [];
  const answered = new Map<string, number>();
  const wrong: string[] = [];
  let ending = false;

  const ask = async (what: string, path: string, init: RequestInit = {}) => {
    try {
      const response = await fetch(baseUrl + path, {
        ...init,
        headers: { ...credential, ...(init.headers as Record<string, string> | undefined) },
      });
      const body = await response.text();
      if (!response.ok) wrong.push(`${what}: ${response.status} ${body}`);
      return { ok: response.ok, body };
    } catch (error) {
      wrong.push(`${what}: ${error instanceof Error ? `${error.message} ${String(error.cause)}` : error}`);
      return { ok: false, body: "" };
    }
  };
  const json = { "content-type": "application/json" };

  const kinds: Readonly<Record<string, (time: number) => Promise<void>>> = {
    async "fits a picture"() {
      const init = { method: "POST", body: picture, headers: { "content-type": "image/jpeg" } };
      await ask("prepare", "/api/v1/process?provider=openai", init);
    },
    async "uploads a batch"(time) {
      const form = formOf(csvOf(...urls), { batch_name: `load ${time}`, webhook_url: receiver.url });
      const { ok, body } = await ask("upload", "/api/v1/batches", { method: "POST", body: form });
      if (!ok) return;
      const id: string = JSON.parse(body).data.batch_id;
      batches.push(id);
      // Three at a time: workers always have something, and what there is to look at in the end stays little.
      const before = batches.at(-3);
      if (before !== undefined) await completed(client, before);
    },
    async "reads and exports"() {
      await ask("list", "/api/v1/batches?limit=5");
      const [id] = batches;
      if (id !== undefined) await ask("export", `/api/v1/export/batch/${id}?format=csv`);
    },
    async "orders a picture"(time) {
      const body = JSON.stringify({
        ...{ prompt: `a bakery, ${time}`, model: "local", parameters: { width: 128, height: 128 } },
        webhook_url: receiver.url,
      });
      const { ok, body: answer } = await ask("job", "/api/v1/jobs/generate", {
        method: "POST",
        body,
        headers: json,
      });
      if (!ok) return;
      jobs.push(JSON.parse(answer).id);
      const before = jobs.at(-3);
      if (before !== undefined) await made(client, before);
    },
    async "makes an icon"(time) {
      const body = JSON.stringify({ category: `bakery ${time}`, style: "flat" });
      await ask("icon", "/api/icons/generate", { method: "POST", body, headers: json });
    },
  };
  const loops = Object.entries(kinds).map(async ([kind, once]) => {
    for (let time = 0; !ending; time += 1) {
      await once(time);
      answered.set(kind, (answered.get(kind) ?? 0) + 1);
      await turn();
    }
  });

  return {
    /** Resolves when each kind of request has been answered so many times more. */
    async more(times: number) {
      const before = new Map(answered);
      await vi.waitFor(
        () => {
          if (wrong.length > 0) ending = true;
          for (const kind of wrong.length > 0 ? [] : Object.keys(kinds))
            expect(answered.get(kind) ?? 0).toBeGreaterThanOrEqual((before.get(kind) ?? 0) + times);
        },
        { timeout: 120_000, interval: 50 },
      );
      expect(wrong).toEqual([]);
    },

    /** Ends it, and looks at everything that it began. */
    async end() {
      ending = true;
      await Promise.all(loops);
      expect(wrong).toEqual([]);
      for (const id of batches) {
        await completed(client, id);
        expect(await client.progress(id)).toMatchObject({
          ...{ total_urls: rowsOfBatch, successful_count: rowsOfBatch, failed_count: 0 },
        });
        const { results } = await client.results(id, `?limit=${rowsOfBatch}`);
        expect(results.map(({ url }) => url)).toEqual(urls);
      }
      for (const id of jobs) await made(client, id);
      const events = batches.length + jobs.length;
      await receiver.receivedAtLeast(events);
      const ids = receiver.received.map(({ headers }) => headers["webhook-id"]);
      expect(new Set(ids).size).toBe(events);
      expect(ids).toHaveLength(events);
      console.log(
        `${[...answered].map(([kind, times]) => `${kind}: ${times}`).join(", ")}; ` +
          `${batches.length * rowsOfBatch} rows, ${events} webhooks, each once; no 5xx`,
      );
    },
  };
}
