import { execFile } from "node:child_process";
import { createHmac, timingSafeEqual } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import sharp from "sharp";
import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { statusResponse } from "../../src/features/catalog/schema.ts";
import { until } from "../engine/world.ts";
import { describeIfFound, describeWith } from "../needs.ts";
import { type ReferenceDocument, referenceDocument, whyWithoutDocument } from "../reference/document.ts";
import { type Received, receiverUnderTest } from "../webhooks/receiver.ts";
import { temporaryFolder } from "../world.ts";
import type { CatalogStatus } from "./client.ts";
import { type CatalogService, shareDatabase } from "./service.ts";
import { shopUnderTest } from "./shop.ts";

const start = shareDatabase();
/** Those of the document's `.env`, which are no `whsec_`: any text is a secret. */
const env = { API_KEY: "your_api_key", WEBHOOK_SECRET: "your_webhook_secret" };
type Answer = Readonly<Record<string, unknown>>;

describeIfFound(referenceDocument("004"), "the catalog API's document", whyWithoutDocument, (document) => {
  describeWith("curl", "its requests", ({ path }) => {
    test("are answered as it prints, from the upload of its CSV to signed events", async () => {
      const { code } = documented(document);
      const service = await start({ WEBHOOK_SECRET: env.WEBHOOK_SECRET });
      const curl = await curlAt(path, service);
      const receiver = await receiverUnderTest();
      const shop = await shopUnderTest();
      await shop.picture("/image1.jpg");
      await shop.picture("/image2.png");
      const sample = (holding: string) => JSON.parse(code("json", holding)) as Answer;

      const configure = sample('"webhook_url"');
      const events = ["processing.started", ...(configure["events"] as string[])];
      const told = { ...configure, events, webhook_url: receiver.url };
      expect(
        await curl(
          "/api/v1/webhook/configure",
          "-H",
          "Content-Type: application/json",
          "-d",
          JSON.stringify(told),
        ),
      ).toEqual({ status: 200, body: sample("Webhook configured successfully") });

      // The document's file, at addresses that answer.
      const csv = code("csv", "product_name,image_url").replaceAll("http://example.com", shop.origin.at(""));
      expect(csv.match(/127\.0\.0\.1/g)).toHaveLength(2);
      const file = join(await temporaryFolder(), "your_file.csv");
      await writeFile(file, csv);
      const [method, , field] = code("http", "file: @").split("\n");
      expect([method, field]).toEqual(["POST /api/v1/upload", "file: @your_file.csv"]);
      const uploaded = await curl("/api/v1/upload", "-F", `file=@${file}`);
      const id = String(uploaded.body["request_id"]);
      expect(uploaded).toEqual({
        status: 200,
        body: { ...sample('"Processing started"'), ...sample('"received"'), request_id: id },
      });

      const printed = sample('"processing_status"');
      const ended = await until(async () => {
        const { body } = await curl(`/api/v1/status/${id}`);
        expect(["received", "processing", "completed"]).toContain(body["status"]);
        expect(body["status"]).toBe("completed");
        return statusResponse.parse(body);
      });
      expect(Object.keys(ended)).toEqual(expect.arrayContaining(Object.keys(printed)));
      const [product = {}] = printed["products"] as object[];
      for (const each of ended.products) {
        expect(Object.keys(each).slice(0, 5)).toEqual(Object.keys(product));
        for (const [name, value] of Object.entries(product))
          expect(typeof (each as Answer)[name], name).toBe(typeof value);
      }
      expect(ended.products.map(({ serial_number, product_name }) => [serial_number, product_name])).toEqual([
        [1, "product1"],
        [2, "product2"],
      ]);
      await expectDecodes(service, ended);

      const [started, completed] = await receiver.receivedAtLeast(2);
      expectSigned(started, { event: "processing.started", request_id: id, status: "processing" });
      expectSigned(completed, { event: "processing.completed", request_id: id, status: "completed" });
      expect(await curl("/api/v1/status/uuid-string")).toEqual({
        ...{ status: 404, body: sample("Request ID not found") },
      });
    });
  });
});

describe("the public implementation's style of CSV", () => {
  const shopCsv = async (header: string) => {
    const shop = await shopUnderTest();
    const urls = await Promise.all(
      [1, 2, 3, 4].map((place) => shop.picture(`/public-image-url${place}.jpg`)),
    );
    const rows = [`1,SKU1,"${urls[0]},${urls[1]}"`, `2,"SKU2, large","${urls[2]}, ${urls[3]}"`];
    return { urls, text: `${header}\r\n${rows.join("\r\n")}\r\n` };
  };

  // Its own third sample has `S NO.`; what a header is called is no reason to refuse what it holds.
  test.each(["S. No.,Product Name,Input Image Urls", "S NO.,Product Name,Input Image Urls"])(
    "runs to completed with the header %s, its outputs in the order of its inputs",
    async (header) => {
      const service = await start(env);
      const receiver = await receiverUnderTest();
      await service.client.configure(
        { webhook_url: receiver.url, events: ["processing.completed"] },
        { "x-api-key": env.API_KEY },
      );
      const { urls, text } = await shopCsv(header);
      // As browsers on Windows call it.
      const ended = await service.client.process(text, { type: "application/vnd.ms-excel" });
      expect(
        ended.products.map(({ serial_number, product_name, input_urls }) => [
          serial_number,
          product_name,
          input_urls,
        ]),
      ).toEqual([
        [1, "SKU1", urls.slice(0, 2)],
        [2, "SKU2, large", urls.slice(2)],
      ]);
      for (const { output_urls, outputs } of ended.products)
        expect(output_urls).toEqual(outputs.map(({ output_url }) => output_url));
      await expectDecodes(service, ended);
      const [completed] = await receiver.receivedAtLeast(1);
      expectSigned(completed, { event: "processing.completed", request_id: ended.request_id });
    },
  );
});

/** Every address of an output opens, and a picture is behind it. */
async function expectDecodes({ client }: CatalogService, { products }: CatalogStatus) {
  const urls = products.flatMap(({ output_urls }) => output_urls);
  expect(urls).toHaveLength(products.flatMap(({ input_urls }) => input_urls).length);
  for (const url of urls) {
    const { status, bytes } = await client.open(url);
    expect(status).toBe(200);
    const { info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([96, 64]);
  }
}

/** As receivers check it: with the library of Standard Webhooks, or by the plain header alone. */
function expectSigned(received: Received | undefined, expected: Answer): void {
  const { body = "", headers = {} } = received ?? {};
  const library = new Webhook(env.WEBHOOK_SECRET, { format: "raw" });
  expect(library.verify(body, headers as Record<string, string>)).toMatchObject(expected);

  const signature = Buffer.from(String(headers["x-webhook-signature"]));
  const wanted = Buffer.from(`sha256=${createHmac("sha256", env.WEBHOOK_SECRET).update(body).digest("hex")}`);
  expect(signature.length === wanted.length && timingSafeEqual(signature, wanted)).toBe(true);
}

function documented(document: ReferenceDocument | undefined): ReferenceDocument {
  if (!document) throw new Error(whyWithoutDocument);
  return document;
}

async function curlAt(program: string, { baseUrl }: CatalogService) {
  const cwd = await temporaryFolder();
  return async (path: string, ...options: readonly string[]) => {
    const always = ["-q", "-sS", "--noproxy", "*", "-w", "\n%{http_code}"];
    const { stdout } = await promisify(execFile)(program, [...always, ...options, baseUrl + path], { cwd });
    const end = stdout.lastIndexOf("\n");
    return { status: Number(stdout.slice(end + 1)), body: JSON.parse(stdout.slice(0, end)) as Answer };
  };
}

describeWith("python3-requests", "a program of its time, in Python", ({ path }) => {
  test("uploads a catalog, asks how it is until it has ended, and has its pictures and its CSV, which it uploads again", async () => {
    const service = await start();
    const shop = await shopUnderTest();
    const [one, two] = [await shop.picture("/1.jpg"), await shop.picture("/2.jpg")];
    const folder = await temporaryFolder();
    await writeFile(join(folder, "client.py"), pythonClient);
    await writeFile(
      join(folder, "catalog.csv"),
      `\ufeffS. No.;Product Name;Input Image Urls\r\n7;"Läufer ""Söl""; rot";${one}|${two}\r\n8;=1+1;none\r\n9;C;${two}\r\n`,
    );
    const { stdout } = await promisify(execFile)(path, ["-u", "client.py", service.baseUrl], {
      ...{ cwd: folder, env: { PATH: process.env["PATH"], NO_PROXY: "*" } },
    });
    expect(JSON.parse(stdout)).toEqual({
      statuses: ["completed", "completed"],
      pictures: Array(3).fill([200, "image/jpeg", true]),
      header: ["S. No.", "Product Name", "Input Image Urls", "Output Image Urls", "Saved Bytes", "Errors"],
      rows: [
        ["7", 'Läufer "Söl"; rot', 2, 2, ""],
        // No formula to whoever opens it.
        ["8", "'=1+1", 1, 0, "none: This is no http:// or https:// address."],
        ["9", "C", 1, 1, ""],
      ],
      saved: true,
      again: [
        [7, 'Läufer "Söl"; rot', [one, two]],
        [8, "'=1+1", ["none"]],
        [9, "C", [two]],
      ],
    });
  });
});

const pythonClient = `
import csv, io, json, sys, time
import requests

base = sys.argv[1] + "/api/v1"
told = {"statuses": []}

def process(name, content):
    response = requests.post(base + "/upload", files={"file": (name, content)}, timeout=30)
    assert response.status_code == 200 and response.json()["status"] == "received", response.text
    while True:
        status = requests.get(base + "/status/" + response.json()["request_id"], timeout=30).json()
        if status["status"] not in ("received", "processing"):
            told["statuses"].append(status["status"])
            return status
        time.sleep(0.05)

first = process("catalog.csv", open("catalog.csv", "rb").read())
urls = [url for product in first["products"] for url in product["output_urls"]]
pictures = [requests.get(url, timeout=30) for url in urls]
told["pictures"] = [[each.status_code, each.headers["Content-Type"], len(each.content) > 200] for each in pictures]

text = requests.get(base + "/status/" + first["request_id"] + "/csv", timeout=30).content.decode()
told["header"], *rows = csv.reader(io.StringIO(text))
count = lambda cell: len([url for url in cell.split(",") if url])
told["rows"] = [[row[0], row[1], count(row[2]), count(row[3]), row[5]] for row in rows]
told["saved"] = sum(int(row[4]) for row in rows) == first["saved_bytes"]
assert [url for row in rows for url in row[3].split(",") if url] == urls

again = process("again.csv", text.encode())
told["again"] = [[each["serial_number"], each["product_name"], each["input_urls"]] for each in again["products"]]
print(json.dumps(told))
`;
