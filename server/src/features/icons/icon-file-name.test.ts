import fc from "fast-check";
import { expect, test } from "vitest";
import { isFileName } from "../../platform/files/file-name.ts";
import { hostileNames } from "../../platform/files/testing/hostile-names.ts";
import { normaliseCategory } from "./categories.ts";
import { iconFormats } from "./choices.ts";
import { iconFileName, parseImagePath } from "./icon-file-name.ts";

const at = new Date("2026-01-02T03:04:05.678Z");
const file = "tools_20260102030405_0a1b2c3d.png";

test("an icon is called by its category, its time and its hash", () => {
  expect(iconFileName("tools", at, "0a1b2c3d")).toBe(`tools/${file}`);
  expect(iconFileName("tools", at, "0a1b2c3d", { format: "webp", size: 64 })).toBe(
    "tools/tools_20260102030405_0a1b2c3d_64.webp",
  );
});

test("whatever the category was called, the name can be stored and is found again, with its folder or without", () => {
  const variants = fc.record(
    { format: fc.constantFrom(...iconFormats), size: fc.integer({ min: 16, max: 1024 }) },
    { requiredKeys: [] },
  );
  const texts = fc.oneof(fc.string(), fc.constantFrom("a_20260102030405_0a1b2c3d", "x_64", "CON", "文具"));
  fc.assert(
    fc.property(texts, variants, (text, variant) => {
      const name = iconFileName(normaliseCategory(text).key, at, "0a1b2c3d", variant);
      expect(isFileName(name)).toBe(true);
      expect(parseImagePath(name)).toBe(name);
      expect(parseImagePath(name.slice(name.indexOf("/") + 1))).toBe(name);
    }),
  );
});

test.each([
  ["..", "0a1b2c3d"],
  ["a/../b", "0a1b2c3d"],
  ["", "0a1b2c3d"],
  ["Tools", "0a1b2c3d"],
  ["_tools", "0a1b2c3d"],
  ["tools\n", "0a1b2c3d"],
  ["a".repeat(61), "0a1b2c3d"],
  ["tools", "0A1B2C3D"],
  ["tools", "0a1b2c3"],
  ["tools", "../../x"],
])("there is no icon of %j with the hash %j", (category, hash) => {
  expect(() => iconFileName(category, at, hash)).toThrow(TypeError);
});

/** Forms in which `..`, slashes, ends of text and other folders have got through elsewhere. */
const hostilePaths = [
  `../tools/${file}`,
  `tools/../tools/${file}`,
  `./tools/${file}`,
  `tools/./${file}`,
  `tools//${file}`,
  `/tools/${file}`,
  `//tools/${file}`,
  `tools/${file}/`,
  `tools/${file}/..`,
  `tools\\${file}`,
  `..\\tools\\${file}`,
  `C:\\tools\\${file}`,
  `file:///tools/${file}`,
  `%2e%2e/tools/${file}`,
  `%2e%2e%2ftools%2f${file}`,
  `..%2ftools/${file}`,
  `..%5ctools/${file}`,
  `tools%2f${file}`,
  `tools%5c${file}`,
  `%252e%252e%252ftools/${file}`,
  `%c0%ae%c0%ae/tools/${file}`,
  `..%c0%aftools/${file}`,
  `%e0%80%ae%e0%80%ae/tools/${file}`,
  `%uff0e%uff0e/tools/${file}`,
  `\uff0e\uff0e/tools/${file}`,
  `\u2024\u2024/tools/${file}`,
  `tools\u2215${file}`,
  `tools\uff0f${file}`,
  `....//tools/${file}`,
  `..;/tools/${file}`,
  `tools;x=1/${file}`,
  `tools/${file}\u0000`,
  `tools/${file}\u0000.svg`,
  `tools/${file}%00`,
  `tools/${file}\n`,
  `\ntools/${file}`,
  ` tools/${file}`,
  `tools/${file} `,
  `tools/${file}.`,
  `tools/${file}::$DATA`,
  `tools/${file}?x`,
  `tools/${file}#x`,
  `~/tools/${file}`,
  `Tools/${file}`,
  `TOOLS/${file.toUpperCase()}`,
  `other/${file}`,
  `tool/${file}`,
  `a/tools/${file}`,
  `tools/tools/${file}`,
  `tools/x${file}`,
  `tools/${file}.png`,
  `tools/${file.replace(".png", ".html")}`,
  `tools/${file.replace(".png", ".PNG")}`,
  `tools/${file.replace(".png", "xpng")}`,
  `tools/${file.replace(".png", "_064.png")}`,
  `tools/${file.replace("0a1b2c3d", "0a1b2c3g")}`,
  `tools/${file.replace("2026", "\u0662026")}`,
  "../../etc/passwd",
  "secrets/jwt",
  "tools",
  "tools/",
  "tools/.incoming",
];

test.each([...hostileNames, ...hostilePaths].map((text) => [text]))("%j is no icon", (text) => {
  expect(parseImagePath(text)).toBeNull();
});
