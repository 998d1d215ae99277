import { expect, test } from "vitest";
import { formBody, type RequestBody } from "./body.ts";

/** What a server reads, by the platform's own parser. */
async function received(body: RequestBody): Promise<Record<string, string | File>> {
  const content = body.make(new AbortController().signal);
  const request = new Response(content, { headers: { "content-type": body.type } });
  return Object.fromEntries(await request.formData());
}

const fields = {
  batch_name: 'Läden, "neu"\r\n--x',
  max_cost_usd: 1.5,
  auto_start: false,
  schema: { type: "object" },
  lane: undefined,
};
const expected = {
  batch_name: 'Läden, "neu"\r\n--x',
  max_cost_usd: "1.5",
  auto_start: "false",
  schema: '{"type":"object"}',
};
const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => index % 251);

test("a file and its fields arrive as they are, as often as they are sent", async () => {
  const body = formBody(fields, { name: "urls.csv", content: new Blob([bytes]) });
  for (const attempt of [1, 2]) {
    const { file, ...others } = await received(body);
    expect(others, `attempt ${attempt}`).toEqual(expected);
    expect(new Uint8Array(await (file as File).arrayBuffer())).toEqual(bytes);
    expect((file as File).name).toBe("urls.csv");
  }
  expect(body.once).toBe(false);
});

test("the same as a stream, which is sent once", async () => {
  const body = formBody(fields, { name: "urls.csv", content: new Blob([bytes]).stream() });
  const { file, ...others } = await received(body);
  expect(others).toEqual(expected);
  expect(new Uint8Array(await (file as File).arrayBuffer())).toEqual(bytes);
  expect(body.once).toBe(true);
});

test.each([
  ['a"b.csv', "a%22b.csv"],
  ['x"\r\nContent-Type: text/html\r\n\r\nhello', "x%22%0D%0AContent-Type: text/html%0D%0A%0D%0Ahello"],
  ["Läden ☕.csv", "Läden ☕.csv"],
  ["a\\b;c.csv", "a\\b;c.csv"],
])("a file name such as %j stays in its place", async (name, written) => {
  for (const content of [new Blob(["url\n"]), new Blob(["url\n"]).stream()]) {
    const body = formBody({}, { name, content });
    const text = await new Response(body.make(new AbortController().signal)).text();
    const boundary = body.type.split("boundary=")[1] ?? "";
    expect(text.split("\r\n")).toEqual([
      `--${boundary}`,
      `Content-Disposition: form-data; name="file"; filename="${written}"`,
      "Content-Type: application/octet-stream",
      "",
      "url\n",
      `--${boundary}--`,
      "",
    ]);
  }
});
