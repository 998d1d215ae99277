import { expect, test } from "vitest";
import { filesFor, nameOf, sizesNotMade, variantsOf } from "./file-variants.ts";

test("what a model made bounds the sizes: larger ones are the one that it made, once", () => {
  const output = { format: "webp", sizes: [64, 500, 1_000] } as const;
  expect(variantsOf(output, null).map(({ sides }) => sides)).toEqual(["1000", "500", "64"]);
  expect(variantsOf(output, 300).map(({ sides }) => sides)).toEqual(["300", "64"]);
  expect(sizesNotMade(output, 300)).toEqual([500, 1_000]);
  expect(sizesNotMade(output, null)).toEqual([]);
  expect(variantsOf({ format: "ico", sizes: [16, 48, 256] }, 48)).toEqual([
    { format: "ico", sides: "16-48" },
  ]);
  expect(variantsOf({ format: "svg", sizes: [] }, null)).toEqual([{ format: "svg", sides: "" }]);
});

test("files are found by format and sides, all of them or none", () => {
  const file = (format: "png" | "webp", sides: string) => ({
    ...{ assetId: `${format}${sides}`, name: "", format, sides, size: 1 },
  });
  const files = [file("png", ""), file("webp", "64"), file("webp", "128")];
  const wanted = variantsOf({ format: "webp", sizes: [64, 128] }, null);
  expect(filesFor(files, wanted)?.map(({ sides }) => sides)).toEqual(["128", "64"]);
  expect(filesFor(files, [...wanted, { format: "webp", sides: "32" }])).toBeNull();
});

test("a file has the same name whenever it is made, and another one than any other file of any icon", () => {
  const icon = { id: "6d55c6b7-7fd9-467e-9385-61d008ac47ae", category: "tools", begunAt: new Date(0) };
  const names = [
    ...["", "64", "128"].map((sides) => nameOf(icon, { format: "png", sides })),
    ...["16-32", "24-32"].map((sides) => nameOf(icon, { format: "ico", sides })),
    nameOf({ ...icon, id: "7d55c6b7-7fd9-467e-9385-61d008ac47ae" }, { format: "png", sides: "" }),
    // Begun again within the second.
    nameOf({ ...icon, begunAt: new Date(1) }, { format: "png", sides: "" }),
  ];
  expect(new Set(names).size).toBe(7);
  expect(names[1]).toMatch(/^tools\/tools_19700101000000_[0-9a-f]{8}_64\.png$/);
  expect(names[3]).toMatch(/^tools\/tools_19700101000000_[0-9a-f]{8}\.ico$/);
  expect(nameOf(icon, { format: "png", sides: "64" })).toBe(names[1]);
});
