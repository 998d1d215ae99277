import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { type CatalogProduct, expectCsv, readProducts } from "./product-rows.ts";

const source = (content: string | Buffer) => Readable.from([Buffer.from(content)]);

async function read(content: string | Buffer, maxBytes = 1_000_000): Promise<readonly CatalogProduct[]> {
  const products: CatalogProduct[] = [];
  for await (const page of await readProducts(source(content), { maxBytes })) products.push(...page);
  return products;
}

const refusal = (code: string, message: RegExp, status = 400) =>
  expect.objectContaining({ code, status, message: expect.stringMatching(message) });

test("the document's own file is read, and its rows are numbered", async () => {
  const file =
    "product_name,image_url\nproduct1,http://example.com/image1.jpg\nproduct2,http://example.com/image2.png\n";
  expect(await read(file)).toEqual([
    { serial: 1, name: "product1", urls: ["http://example.com/image1.jpg"] },
    { serial: 2, name: "product2", urls: ["http://example.com/image2.png"] },
  ]);
});

test.each([
  "S. No.,Product Name,Input Image Urls",
  "S NO.,PRODUCT_NAME,input_image_urls",
  "Serial Number,SKU,images",
  "id,product,Image URL",
])("the columns are found below %s", async (header) => {
  expect(await read(`${header}\n7,Lamp,"https://a.example/1.jpg, https://a.example/2.jpg"`)).toEqual([
    { serial: 7, name: "Lamp", urls: ["https://a.example/1.jpg", "https://a.example/2.jpg"] },
  ]);
});

test("byte order mark, CRLF, blank lines, other columns and any separator are taken", async () => {
  for (const separator of [",", ";", "\t", "|"]) {
    const rows = [
      ["colour", "image_url", "Name", "serial no"],
      ["red", "https://a.example/1.jpg", "Läden", "12"],
      [],
      ["", "n/a", "Dose", " "],
      ["", "", "Topf", "12"],
    ];
    const file = `\ufeff${rows.map((cells) => cells.join(separator)).join("\r\n")}`;
    expect(await read(file)).toEqual([
      { serial: 12, name: "Läden", urls: ["https://a.example/1.jpg"] },
      { serial: 2, name: "Dose", urls: ["n/a"] },
      { serial: 12, name: "Topf", urls: [] },
    ]);
  }
});

test("addresses that nobody quoted are taken where they are the last column", async () => {
  const file = "product_name,image_url\nLamp,http://a.example/w_1,h_2/a.jpg,http://a.example/b.jpg,,\n";
  expect(await read(file)).toEqual([
    { serial: 1, name: "Lamp", urls: ["http://a.example/w_1,h_2/a.jpg", "http://a.example/b.jpg"] },
  ]);
});

test.each([
  ["S. No.,Product Name,Input Image Urls\n1,A,http://a.example/1.jpg\n2,Lamp, big,http://a.example/1.jpg"],
  ["Input Image Urls,Product Name,S. No.\nhttp://a.example/0.jpg,A,1\nhttp://a.example/1.jpg,Lamp, big,2"],
])("an unquoted comma in a name is refused with its row: %j", async (file) => {
  await expect(read(file)).rejects.toEqual(refusal("malformed_row", /row 2 \(line 3\) has 4 cells.*quotes/));
});

test.each(["one", "1.5", "1e3", "0x10", "12345678901234567890", "1 2"])(
  "a serial number is a whole one, and not %s",
  async (serial) => {
    await expect(read(`id,name,url\n${serial},Lamp,http://a.example/1.jpg`)).rejects.toEqual(
      refusal("invalid_serial_number", /^Invalid serial number format: row 1 \(line 2\)/),
    );
  },
);

test.each<[string, string | Buffer, RegExp]>([
  ["missing_columns", "name,price\nLamp,3", /^Missing required fields in CSV: .*image_url.*name, price$/],
  ["missing_columns", "http://a.example/1.jpg", /product_name and image_url/],
  ["no_products", "product_name,image_url\n\n , \n", /no products/],
  ["empty_table", "", /no rows/],
  ["not_utf8", Buffer.from("name,url\nL\xe4den,http://a.example/1.jpg", "latin1"), /UTF-8/],
  ["not_text", "PK\x03\x04 a workbook", /Excel/],
  ["row_too_large", `name,url,notes\nLamp,http://a.example/,${"x".repeat(66_000)}`, /row 1/],
  ["name_too_long", `name,url\n${"x".repeat(1_001)},http://a.example/1.jpg`, /row 1/],
  ["too_many_images", `name,url\nLamp,"${"http://a.example/1.jpg ".repeat(101)}"`, /101 images.*100/],
])("%s is told of %j", async (code, file, message) => {
  await expect(read(file)).rejects.toEqual(refusal(code, message));
});

test("a product may have a hundred images, and a file no more bytes than allowed", async () => {
  const file = `name,url\nLamp,"${"http://a.example/1.jpg ".repeat(100)}"`;
  expect((await read(file))[0]?.urls).toHaveLength(100);
  await expect(read(file, 1_000)).rejects.toEqual(refusal("payload_too_large", /larger/, 413));
});

test("a file whose header is refused, or that nobody reads on, is destroyed", async () => {
  const endless = (header: string) =>
    Readable.from(
      (function* () {
        yield header;
        for (;;) yield "Lamp,http://a.example/1.jpg\n".repeat(100);
      })(),
    );
  const refused = endless("a,b\n");
  await expect(readProducts(refused, { maxBytes: 1_000_000 })).rejects.toThrow("Missing required fields");
  expect(refused.destroyed).toBe(true);

  const left = endless("name,url\n");
  for await (const page of await readProducts(left, { maxBytes: 1_000_000 })) {
    expect(page.length).toBeGreaterThan(0);
    break;
  }
  expect(left.destroyed).toBe(true);
});

test("a hundred thousand products are handed out while the file still comes in", async () => {
  const rows = 100_000;
  let written = 0;
  const file = Readable.from(
    (function* () {
      yield "S. No.,Product Name,Input Image Urls\n";
      for (; written < rows; written += 100) {
        yield Array.from(
          { length: 100 },
          (_, i) => `${written + i + 1},Lamp,"http://a.example/${i}.jpg,http://a.example/${i}b.jpg"\n`,
        ).join("");
      }
    })(),
  );
  let products = 0;
  let images = 0;
  let furthestAhead = 0;
  for await (const page of await readProducts(file, { maxBytes: 50_000_000 })) {
    products += page.length;
    images += page.reduce((sum, { urls }) => sum + urls.length, 0);
    furthestAhead = Math.max(furthestAhead, written - products);
  }
  expect({ products, images }).toEqual({ products: rows, images: 2 * rows });
  // Node keeps 16 pieces of an object stream ready, of a hundred rows here.
  expect(furthestAhead).toBeLessThan(5_000);
});

test("a file is CSV by its name or by its type", () => {
  for (const [name, type] of [
    ["a.csv", "application/octet-stream"],
    ["A.CSV", "application/vnd.ms-excel"],
    ["a.csv.gz", "application/gzip"],
    ["products", "text/csv; charset=utf-8"],
    ["products.txt", "Application/CSV"],
  ] as const) {
    expect(() => expectCsv({ name, type })).not.toThrow();
  }
  for (const [name, type] of [
    ["a.xlsx", "application/vnd.ms-excel"],
    ["a.csv.exe", "application/octet-stream"],
    ["a.txt", "text/plain"],
    ["", "text/csvs"],
  ] as const) {
    expect(() => expectCsv({ name, type })).toThrow(/^Only CSV files are allowed$/);
  }
});
