import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import { Client } from "pg";
import { expect, onTestFinished, test } from "vitest";
import { inspect, startService } from "../analysis/service-process.ts";
import { describeDatabase, type Place } from "../databases.ts";
import { numbers, until } from "../engine/world.ts";
import { leaveToSoak } from "../needs.ts";
import { seededRandom } from "../pictures.ts";
import { startOpenaiImages } from "../simulators/openai-images.ts";
import { type Receiver, receiverUnderTest } from "../webhooks/receiver.ts";
import { mediaClient } from "./client.ts";
import { asking, drawingReplicate, drawn, servedPicture, succeed } from "./service.ts";

const soak = process.env["SOAK"] === "1";
const seed = Number(process.env["SOAK_SEED"] ?? 1);
/** Each kill is a start of a service, and machines are slow at times. */
const patient = { timeout: soak ? 1_800_000 : 120_000 };

// What a kill does to an embedded database is asked with batches and with catalogs too.
describeDatabase(
  "media jobs that kill -9 interrupts",
  (underTest) => {
    test(
      "each completes after the restart, asked for upstream no more often than can be known, and told of once",
      patient,
      async () => {
        const { place, replicate, openai, receiver, start, expectToldOnce } = await setup(underTest.place);
        const { url } = await servedPicture();
        const unheard = "its answer is never heard";
        const pieces = [await drawn()];
        // Two of which the service knows that they run upstream, one that it has sent and heard nothing of, and two whose
        // provider cannot be asked again: of one the picture has come.
        replicate.hold();
        replicate.answer(({ prompt }) =>
          prompt === unheard ? { kind: "hang" } : { kind: "pictures", pieces },
        );
        openai.answer({ kind: "hang" });
        const first = await start();
        const create = (prompt: string, model: string) =>
          first.client.create({ prompt, model, webhook_url: receiver.url });
        const ids = await Promise.all([
          create("one that runs", "replicate"),
          create("another that runs", "replicate"),
          create(unheard, "replicate"),
          create("one that is answered with its picture", "openai"),
          create("one whose picture has come", "openai"),
        ]);
        await replicate.arrived(3);
        await openai.arrived(2);
        replicate.advance(0.5);
        for (const id of ids.slice(0, 2)) await first.client.reached(id, { progress: 50 });
        // On a server another process is there already, and goes on; embedded the next one does.
        const other = underTest.engine === "postgresql" ? await start() : null;
        await first.kill();
        await putAway(place, ids.at(-1) ?? "", pieces[0]?.bytes);
        await endTurns(place);

        openai.answer({ kind: "pictures", pieces });
        replicate.release();
        for (const prediction of replicate.predictions)
          if (prediction.input["prompt"] === unheard) succeed(prediction, [url]);
        const second = other ?? (await start());
        const lost = { possibly_paid_twice: 1 };
        for (const [index, id] of ids.entries()) {
          const completed = await second.client.completed(id);
          expect(completed).toMatchObject({
            retry_count: 0,
            media: [{ width: 64 }],
            ...(index === 3 && lost),
          });
          if (index !== 3) expect(completed).not.toHaveProperty("possibly_paid_twice");
        }
        const prompts = replicate.predictions.map(({ input }) => input["prompt"]);
        expect(prompts.toSorted()).toEqual(["another that runs", unheard, "one that runs"].toSorted());
        expect(replicate.starts).toHaveLength(3);
        expect(openai.starts).toHaveLength(3);
        await expectToldOnce(ids, second.client);
        expect(await second.terminate()).toBe(0);
        // What is in no job's way any more is not left behind either.
        expect(await unsettled(place)).toEqual([]);
      },
    );

    // Ordinarily the chosen moments above are enough.
    const kills = 15;
    const jobsEach = 4;
    leaveToSoak(`media jobs that kill -9 interrupts at random, ${underTest.engine}`, () =>
      test(
        `every job ends, with one prediction where that can be known, whenever its process dies: ${kills} times in ${kills * jobsEach} jobs`,
        patient,
        async () => {
          const { place, replicate, openai, receiver, start, expectToldOnce } = await setup(underTest.place);
          openai.answer({ kind: "pictures", pieces: [await drawn()] });
          const random = seededRandom(seed);
          const ids: string[] = [];
          let service = await start();
          for (let kill = 1; kill <= kills; kill += 1) {
            // At the arrival of some request: everything else may be doing anything then.
            const seen = () => replicate.requests.length + openai.requests.length;
            const requests = seen() + 1 + Math.floor(random() * jobsEach * 1.5);
            for (const _ of numbers(jobsEach)) {
              const number = ids.length;
              const model = isAsked(number) ? "replicate" : "openai";
              const body = { model, prompt: `a gull ${number}` };
              ids.push(await service.client.create({ ...body, webhook_url: receiver.url }));
            }
            await until(() => expect(seen()).toBeGreaterThanOrEqual(requests));
            await service.kill();
            await endTurns(place);
            await inspect(place, (database) =>
              sql`update webhook_deliveries set due_at = now() where begun_at is not null`.execute(
                database.sql,
              ),
            );
            service = await start();
          }
          const ended = await Promise.all(ids.map((id) => service.client.ended(id)));
          const asked = [...replicate.starts, ...openai.starts].map((seen) => seen?.prompt);
          for (const [number, { status, media, possibly_paid_twice = 0 }] of ended.entries()) {
            const times = asked.filter((prompt) => prompt === `a gull ${number}`).length;
            // One that was lost twice is not paid a third time, and what may have been paid is reported.
            expect(status).toBe(possibly_paid_twice < 2 ? "completed" : "failed");
            expect(media?.length).toBe(status === "completed" ? 1 : undefined);
            // Killed between the intent and the request twice, it has never come to its provider.
            if (isAsked(number)) expect(times).toBe(status === "completed" ? 1 : 0);
            else expect(times).toBeLessThanOrEqual(1 + possibly_paid_twice);
          }
          const made = ended.filter(({ status }, number) => isAsked(number) && status === "completed");
          expect(replicate.predictions).toHaveLength(made.length);
          await expectToldOnce(ids, service.client);
          expect(await service.terminate()).toBe(0);
          expect(await unsettled(place)).toEqual([]);
        },
      ),
    );
  },
  { ordinarily: "postgresql" },
);

/** Most jobs go where what was started can be asked for afterwards. */
const isAsked = (number: number) => number % 4 !== 0;

async function setup(makePlace: () => Promise<Place>) {
  const place = await makePlace();
  const replicate = await drawingReplicate();
  const openai = await startOpenaiImages();
  onTestFinished(() => openai.close());
  const receiver = await receiverUnderTest();
  const environment = {
    ...asking(replicate),
    ...{ OPENAI_BASE_URL: openai.url, OPENAI_API_KEY: openai.key, OPENAI_MODEL: openai.model },
    // The port is another one after each start.
    PUBLIC_BASE_URL: "http://fovea.example",
    OPENAI_CONCURRENCY: "4",
  };
  return {
    ...{ place, replicate, openai, receiver },
    async start() {
      const service = await startService(place, environment);
      return { ...service, client: mediaClient(service.baseUrl) };
    },
    expectToldOnce: (ids: readonly string[], client: ReturnType<typeof mediaClient>) =>
      expectToldOnce(receiver, ids, client),
  };
}

/** Every job by exactly one webhook, which may come twice where its process died before it knew that it had arrived. */
async function expectToldOnce(
  { received }: Receiver,
  ids: readonly string[],
  client: ReturnType<typeof mediaClient>,
): Promise<void> {
  await until(() => {
    const told = new Set(received.map(({ headers }) => headers["webhook-id"]));
    expect(told).toEqual(new Set(ids.map((id) => `media-${id}`)));
  });
  const expected = new Map<string, unknown>();
  for (const id of ids) {
    const { status, media, error_message: error, error_details } = await client.status(id);
    const media_url = `http://fovea.example/api/v1/media/${media?.[0]?.id}`;
    const how = status === "failed" ? { error, error_details } : { media_url, media_id: media?.[0]?.id };
    expected.set(id, { job_id: id, status, ...how });
  }
  for (const { body } of received) expect(JSON.parse(body)).toEqual(expected.get(JSON.parse(body).job_id));
}

/** As if the process had ended between putting a picture away that has come and saying so. */
const putAway = (place: Place, jobId: string, bytes = Buffer.alloc(0)) =>
  inspect(place, async (database) => {
    const { rows } = await sql<{ start: string }>`
      select start_id as start from image_generations where job_id = ${jobId} and state = 'sent'
    `.execute(database.sql);
    expect(rows).toHaveLength(1);
    const folder = join(place.dataDir, "data", "files", "arrived");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, `${rows[0]?.start}-0`), bytes);
  });

/** A dead process says nothing more: here it is taken for dead at once. Embedded, the next start sees that itself. */
async function endTurns({ url }: Place): Promise<void> {
  if (url === undefined) return;
  const client = new Client(url);
  await client.connect();
  await client.query(
    "update pgboss.job set state = 'retry', retry_count = retry_count + 1, start_after = now(), heartbeat_on = null where state = 'active'",
  );
  await client.end();
}

/** Jobs somebody would still work on, and starts that nobody knows the end of. */
const unsettled = (place: Place) =>
  inspect(place, async (database) => {
    const { rows } = await sql`
      select id::text, state from media_jobs where step_id is not null or state not in ('completed', 'failed')
      union all select id::text, state from image_generations where state not in ('made', 'failed')
    `.execute(database.sql);
    return rows;
  });
