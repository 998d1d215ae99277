import { describe, expect, test, vi } from "vitest";
import { connectRaw } from "../raw-http.ts";
import { listenApp, temporaryFolder } from "../world.ts";
import { analysisClient, csvOf, formOf, patient, refused } from "./client.ts";
import { hurried, shareService } from "./world.ts";

const service = shareService();
const waiting = { auto_start: "false" };
const keyed = (key: string) => ({ "idempotency-key": key });

/** Batches of a name; each test gives its own. */
const countOf = async (name: string) =>
  (await service().client.list("?per_page=100")).batches.filter((batch) => batch.batch_name === name).length;

/** What was sent before has its key once others, who came later, have asked the database and been answered. */
async function arrived() {
  const { client } = service();
  for (let time = 0; time < 3; time += 1) await client.list();
}

describe("an upload with a key", () => {
  test("can be sent again: there is one batch, and one answer", async () => {
    const { client, picture } = service();
    const form = () => formOf(csvOf(picture), { ...waiting, batch_name: "again" });
    const first = await client.upload(form(), keyed("again"));
    expect(first.status).toBe(201);
    expect(first.headers.get("idempotent-replayed")).toBeNull();
    for (let time = 0; time < 2; time += 1) {
      const again = await client.upload(form(), keyed("again"));
      expect(again).toMatchObject({ status: 201, body: first.body });
      expect(again.headers.get("idempotent-replayed")).toBe("true");
    }
    // The order of fields says nothing, and the name of the file is not asked.
    const turned = formOf(csvOf(picture), { batch_name: "again", ...waiting }, "copy.csv", "last");
    expect((await client.upload(turned, keyed("again"))).body).toEqual(first.body);
    expect(await countOf("again")).toBe(1);
  });

  test("is another batch with another key, or with none", async () => {
    const { client, picture } = service();
    const send = (headers = {}) =>
      client.upload(formOf(csvOf(picture), { ...waiting, batch_name: "others" }), headers);
    await Promise.all([send(keyed("one")), send(keyed("two")), send(), send()]);
    expect(await countOf("others")).toBe(4);
  });

  test("is refused for other content: another file, another setting", async () => {
    const { client, picture } = service();
    const fields = { ...waiting, batch_name: "other content" };
    await client.upload(formOf(csvOf(picture), fields), keyed("content"));
    for (const form of [
      formOf(csvOf(picture, picture), fields),
      formOf(csvOf(picture), { ...fields, cache: "refresh" }),
      formOf(csvOf(picture), waiting),
    ]) {
      const text = refused(await client.upload(form, keyed("content")), 400, "idempotency_key_reused");
      expect(text).toMatch(/other content/);
    }
    expect(await countOf("other content")).toBe(1);
  });

  test("is told to wait while the first one is still on its way", async () => {
    const { client, baseUrl, picture } = service();
    const head = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n';
    const tail = '\r\n--x\r\nContent-Disposition: form-data; name="auto_start"\r\n\r\nfalse\r\n--x--\r\n';
    const csv = csvOf(picture);
    const first = await connectRaw(baseUrl);
    first.send(
      "POST /api/v1/batches HTTP/1.1\r\nHost: x\r\nIdempotency-Key: slow\r\n" +
        "Content-Type: multipart/form-data; boundary=x\r\n" +
        `Content-Length: ${head.length + csv.length + tail.length}\r\n\r\n${head}${csv.slice(0, 10)}`,
    );
    await arrived();
    const send = () => client.upload(formOf(csv, waiting), keyed("slow"));
    const second = await send();
    refused(second, 400, "request_in_progress");
    expect(Number(second.headers.get("retry-after"))).toBeGreaterThan(0);
    first.send(csv.slice(10) + tail);
    const { status, body } = await first.answer();
    expect(status).toBe(201);
    expect(await send()).toMatchObject({ status: 201, body: JSON.parse(body) });
  });

  test("that was refused frees its key: for the file, for a setting, for a form that broke off", async () => {
    const { client, baseUrl, picture } = service();
    const headers = keyed("freed");
    refused(await client.upload(formOf("name\nfoo\n"), headers), 400, "no_url_column");
    refused(
      await client.upload(formOf(csvOf(picture), { cache: "never" }), headers),
      400,
      "validation_error",
    );
    const gone = await connectRaw(baseUrl);
    gone.send(
      "POST /api/v1/batches HTTP/1.1\r\nHost: x\r\nIdempotency-Key: freed\r\n" +
        "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 5000\r\n\r\n" +
        `--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nurl\n`,
    );
    await arrived();
    refused(await client.upload(formOf("name\nfoo\n"), headers), 400, "request_in_progress");
    gone.socket.destroy();
    const form = () => formOf(csvOf(picture), { ...waiting, batch_name: "freed" });
    await vi.waitFor(async () => expect((await client.upload(form(), headers)).status).toBe(201), patient);
    expect(await countOf("freed")).toBe(1);
  });

  test.each(["", "x".repeat(256), "two words"])("is refused where the key is %j", async (key) => {
    const { client, picture } = service();
    const answer = await client.upload(formOf(csvOf(picture), waiting), keyed(key));
    refused(answer, 400, "invalid_idempotency_key");
  });
});

test("many uploads with one key at once are one batch", async () => {
  const { client, picture } = service();
  const send = () =>
    client.upload(formOf(csvOf(picture), { ...waiting, batch_name: "at once" }), keyed("at-once"));
  const answers = await Promise.all(Array.from({ length: 8 }, send));
  const taken = answers.filter(({ status }) => status === 201);
  expect(taken.length).toBeGreaterThan(0);
  for (const answer of answers) {
    if (answer.status === 201) expect(answer.body).toEqual(taken[0]?.body);
    else refused(answer, 400, "request_in_progress");
  }
  expect(await countOf("at once")).toBe(1);
});

test("a key is known after a restart", async () => {
  const DATA_DIR = await temporaryFolder();
  const form = () => formOf(csvOf("http://127.0.0.1:9/a.png"), waiting);
  const before = await listenApp({ ...hurried, DATA_DIR });
  const first = await analysisClient(before.baseUrl).upload(form(), keyed("restart"));
  await before.app.close(0);
  const after = analysisClient((await listenApp({ ...hurried, DATA_DIR })).baseUrl);
  const again = await after.upload(form(), keyed("restart"));
  expect(again).toMatchObject({ status: 201, body: first.body });
  expect((await after.list()).count).toBe(1);
});
