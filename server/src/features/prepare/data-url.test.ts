import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeDataUrl, ReceivedImage } from "./data-url.ts";
import { LongText } from "./long-text.ts";

const bytes = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xfb, 0xef, 0xff, 0x3e, 0x3f, 0x00]);
const base64 = bytes.toString("base64");

/** The decoded bytes, or null where the URL is refused. */
const decode = (url: string | LongText) => {
  const image = decodeDataUrl(url);
  return image instanceof ReceivedImage ? image.bytes : null;
};

describe("a data URL is accepted", () => {
  test.each([
    ["with each documented media type", "data:image/png;base64,"],
    ["as image/jpg, which clients write", "data:image/jpg;base64,"],
    ["in capitals", "DATA:IMAGE/PNG;BASE64,"],
    ["with a parameter", "data:image/png;name=a.png;base64,"],
    ["with several parameters", "data:image/webp;charset=utf-8;name=x;base64,"],
    ["with a subtype of a vendor", "data:image/vnd.ms-photo;base64,"],
    ["with a subtype that has a suffix", "data:image/svg+xml;base64,"],
    ["with white space before it", "\n \tdata:image/gif;base64,"],
  ])("%s", (_, head) => {
    expect(decode(head + base64)).toEqual(bytes);
  });

  test.each([
    ["without padding", base64.replace(/=+$/, "")],
    ["in the alphabet for URLs", bytes.toString("base64url")],
    ["in both alphabets at once", base64.replace("/", "_")],
    ["in lines that end with CR LF", base64.replace(/(.{4})/g, "$1\r\n")],
    ["with spaces and tabs between", ` ${base64.split("").join(" \t")} `],
    ["with white space before and within the padding", base64.replace(/=/g, "\n=")],
  ])("with its data %s", (_, data) => {
    expect(decode(`data:image/png;base64,${data}`)).toEqual(bytes);
  });
});

describe("a data URL is refused", () => {
  test.each([
    ["of another media type", `data:text/plain;base64,${base64}`],
    ["of a media type that only begins like one", `data:imagery/png;base64,${base64}`],
    ["of no media type", `data:;base64,${base64}`],
    ["without a subtype", `data:image/;base64,${base64}`],
    ["whose data is not base64 by its own word", `data:image/png,${base64}`],
    ["that is base64 without a head", base64],
    ["that is a web address", "https://example.com/picture.png"],
    ["that is empty", ""],
    ["whose head is longer than anyone means", `data:image/png;${"x".repeat(300)};base64,${base64}`],
  ])("%s", (_, url) => {
    expect(decodeDataUrl(url)).toBe("expected a data URL such as data:image/png;base64,…");
  });

  test.each([
    ["no data", ""],
    ["white space only", " \r\n "],
    ["a character of no alphabet", "iVBO!w0KGgo="],
    ["a percent sign, as of an escaped URL", "iVBORw0KGgo%3D"],
    ["text beyond ASCII", "iVBORw0KGgä="],
    ["one character too many", "iVBOR"],
    ["one character too many and padding", "iVBOR==="],
    ["padding alone", "=="],
    ["padding in the middle", "iVBO=Rw0KGgo="],
    ["two pictures one behind the other", `${base64}${base64}`],
    ["the reference's own stand-in for a picture", "test!"],
  ])("with %s", (_, data) => {
    for (const url of [`data:image/png;base64,${data}`, ` data:image/png;base64,${data}`]) {
      expect(decodeDataUrl(url)).toBe("the data after base64, is not valid base64");
    }
  });
});

test("any bytes come through unchanged, as text and as bytes of a body", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.boolean(), (data, forUrls) => {
      const url = `data:image/png;base64,${Buffer.from(data).toString(forUrls ? "base64url" : "base64")}`;
      expect(decode(url)).toEqual(Buffer.from(data));
      expect(decode(new LongText(Buffer.from(url)))).toEqual(Buffer.from(data));
    }),
    { numRuns: 200, seed: 4 },
  );
});

test("one wrong character anywhere is noticed, however the data is broken into lines", () => {
  const damage = fc.record({
    data: fc.uint8Array({ minLength: 1, maxLength: 90 }),
    wrong: fc.constantFrom("!", "%", "\\", "*", "\u0000", "ä", "€", "."),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    inLines: fc.boolean(),
  });
  fc.assert(
    fc.property(damage, ({ data, wrong, at, inLines }) => {
      const encoded = Buffer.from(data).toString("base64").replace(/=+$/, "");
      const from = Math.floor(at * (encoded.length + 1));
      const broken = encoded.slice(0, from) + wrong + encoded.slice(from);
      const url = `data:image/png;base64,${inLines ? broken.replace(/(.{20})/g, "$1\n") : broken}`;
      expect(decode(url)).toBeNull();
      expect(decode(new LongText(Buffer.from(url)))).toBeNull();
    }),
    { numRuns: 300, seed: 5 },
  );
});
