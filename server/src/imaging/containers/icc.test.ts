import { expect, test } from "vitest";
import { classifyProfile } from "./icc.ts";
import {
  description,
  gammaCurve,
  greyProfile,
  linearOfSrgb,
  localisedDescription,
  matrixProfile,
  PRIMARIES,
  parametricCurve,
  profile,
  sampledCurve,
  srgbParametricCurve,
  tableProfile,
} from "./test-profiles.ts";

/** The tone curve of the 524-byte "c2" profile that a social network gives to its pictures. */
const C2_CURVE = Buffer.from(
  "63757276000000000000001a000000cb01c903630592086b0bf6103f15511b3421f1299032183b92" +
    "460551775ded6b707a0589b19a7cac69bf7dd3c3e930ffff",
  "hex",
);

test.each([
  ["the 1024 points of the HP and Microsoft profile", sampledCurve(1024, linearOfSrgb)],
  ["the 26 points of c2", C2_CURVE],
  ["the parametric curve of Apple and Google", srgbParametricCurve],
  [
    "the parametric curve with seven parameters",
    parametricCurve(4, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045, 0, 0),
  ],
])("sRGB primaries with %s are sRGB whatever the name", (_, curve) => {
  expect(classifyProfile(matrixProfile(PRIMARIES.srgb, curve, "c2"))).toBe("srgb");
});

test("primaries that a vendor rounded differently are still sRGB", () => {
  const rounded = PRIMARIES.srgb.map((primary) => primary.map((value) => value + 0.001));
  const [r = [], g = [], b = []] = rounded;
  expect(classifyProfile(matrixProfile([r, g, b], srgbParametricCurve))).toBe("srgb");
});

test.each([
  ["Display P3", matrixProfile(PRIMARIES.displayP3, srgbParametricCurve)],
  ["Adobe RGB", matrixProfile(PRIMARIES.adobeRgb, gammaCurve(563 / 256))],
  ["ProPhoto", matrixProfile(PRIMARIES.proPhoto, gammaCurve(1.8))],
  ["sRGB primaries with gamma 2.2", matrixProfile(PRIMARIES.srgb, gammaCurve(2.2))],
  ["sRGB primaries with linear light", matrixProfile(PRIMARIES.srgb, gammaCurve(1))],
  [
    "Display P3 that calls itself sRGB",
    matrixProfile(PRIMARIES.displayP3, srgbParametricCurve, "sRGB IEC61966-2.1"),
  ],
  ["CMYK", profile("CMYK", { desc: description("sRGB") })],
  ["a matrix without curves", profile("RGB ", { desc: description("sRGB") })],
  ["a table of an unknown name", tableProfile(description("My display"))],
  ["a table whose name only mentions sRGB", tableProfile(localisedDescription("not sRGB"))],
])("%s is another profile", (_, bytes) => {
  expect(classifyProfile(bytes)).toBe("other");
});

test.each([
  ["version 2", tableProfile(description("sRGB v4 ICC preference"))],
  ["version 4", tableProfile(localisedDescription("sRGB v4 ICC preference"))],
])("a table is believed to be sRGB by its name, as text of %s", (_, bytes) => {
  expect(classifyProfile(bytes)).toBe("srgb");
});

test("grey of the sRGB curve or of gamma 2.2 is sRGB, other gammas and dot gains are not", () => {
  expect(classifyProfile(greyProfile(sampledCurve(256, linearOfSrgb)))).toBe("srgb");
  expect(classifyProfile(greyProfile(gammaCurve(2.2)))).toBe("srgb");
  expect(classifyProfile(greyProfile(parametricCurve(0, 2.2)))).toBe("srgb");
  expect(classifyProfile(greyProfile(gammaCurve(1.8)))).toBe("other");
  expect(classifyProfile(greyProfile(gammaCurve(1)))).toBe("other");
  expect(classifyProfile(greyProfile(sampledCurve(256, (value) => value ** 1.75)))).toBe("other");
});

test("code points of HDR outweigh a matrix of sRGB", () => {
  const tags = (primaries: number, transfer: number) => {
    const cicp = Buffer.from([0x63, 0x69, 0x63, 0x70, 0, 0, 0, 0, primaries, transfer, 0, 1]);
    const xyz = matrixProfile(PRIMARIES.srgb, srgbParametricCurve);
    const names = ["rXYZ", "gXYZ", "bXYZ", "rTRC", "gTRC", "bTRC"];
    return profile("RGB ", { cicp, ...Object.fromEntries(names.map((name) => [name, tagOf(xyz, name)])) });
  };
  expect(classifyProfile(tags(1, 13))).toBe("srgb");
  expect(classifyProfile(tags(9, 16))).toBe("other");
});

test("bytes that are no profile are none", () => {
  const valid = matrixProfile(PRIMARIES.srgb, srgbParametricCurve);
  expect(classifyProfile(Buffer.alloc(0))).toBeNull();
  expect(classifyProfile(Buffer.alloc(500))).toBeNull();
  expect(classifyProfile(valid.subarray(0, 131))).toBeNull();
});

test("a tone curve shorter than it says is not read past its end", () => {
  const sampled = sampledCurve(1024, linearOfSrgb).subarray(0, 200);
  expect(classifyProfile(matrixProfile(PRIMARIES.srgb, sampled))).toBe("other");
  expect(classifyProfile(greyProfile(sampled))).toBe("other");
  expect(classifyProfile(greyProfile(srgbParametricCurve.subarray(0, 20)))).toBe("other");
  expect(classifyProfile(greyProfile(gammaCurve(2.2).subarray(0, 13)))).toBe("other");
});

test("a profile cut short anywhere, or with offsets and counts that point away, is never read past its end", () => {
  const valid = matrixProfile(PRIMARIES.srgb, sampledCurve(1024, linearOfSrgb));
  for (let length = 132; length < valid.length; length += 7) {
    expect(classifyProfile(valid.subarray(0, length))).toBe("other");
  }
  for (let offset = 128; offset < 250; offset++) {
    const broken = Buffer.from(valid);
    broken[offset] = 0xff;
    expect(["srgb", "other"]).toContain(classifyProfile(broken));
  }
});

function tagOf(bytes: Buffer, name: string): Buffer {
  const entry = bytes.indexOf(name, 132, "latin1");
  const offset = bytes.readUInt32BE(entry + 4);
  return bytes.subarray(offset, offset + bytes.readUInt32BE(entry + 8));
}
