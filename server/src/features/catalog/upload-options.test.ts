import { expect, test } from "vitest";
import { readUploadOptions, usualOptions } from "./upload-options.ts";

const read = (texts: Readonly<Record<string, string>>) => readUploadOptions(new Map(Object.entries(texts)));

test("a form without options, or with blank ones, halves the quality in the same format", () => {
  expect(usualOptions).toMatchObject({ quality: 50, format: "keep" });
  expect(read({})).toEqual(usualOptions);
  expect(read({ quality: " ", format: "", max_dimension: "", target_bytes: "", effort: "" })).toEqual(
    usualOptions,
  );
  expect(read({ colour: "red", webhook_url: "https://hooks.example" })).toEqual(usualOptions);
});

test("options are read whatever their case and the white space around them", () => {
  expect(
    read({ quality: " 100 ", format: "AVIF", max_dimension: "800", target_bytes: "51200", effort: "Best" }),
  ).toEqual({ quality: 100, format: "avif", maxDimension: 800, targetBytes: 51_200, effort: "best" });
  expect(read({ quality: "AUTO" }).quality).toBe("auto");
});

test.each([
  ["quality", ["0", "101", "50.5", "5e1", "-1", "high", "½"], "1 to 100 or auto"],
  ["format", ["jpeg", "png", "constructor"], "keep, webp, avif, auto"],
  ["max_dimension", ["0", "65536", "800px"], "1 to 65535"],
  ["target_bytes", ["1023", "104857601", "50k", "9".repeat(400)], "1024 to 104857600"],
  ["effort", ["most", "0"], "fast, balanced, best"],
])("%s is refused with what it may be", (field, texts, allowed) => {
  for (const text of texts) {
    const wanted = expect.objectContaining({
      status: 400,
      message: expect.stringMatching(new RegExp(`^${field}: expected .*${allowed}$`)),
    });
    expect(() => read({ [field]: text })).toThrow(wanted);
  }
});
