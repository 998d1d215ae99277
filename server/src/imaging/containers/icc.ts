import { distanceFromSrgb, readToneCurve, type ToneCurve } from "./icc-curve.ts";

const HEADER_BYTES = 128;
const TAG_BYTES = 12;

/** More tags than any real profile has; a hostile count is not walked further. */
const MAX_TAGS = 256;

/** The sRGB primaries adapted to the D50 of the profile connection space. */
const SRGB_PRIMARIES: Readonly<Record<string, readonly [number, number, number]>> = {
  rXYZ: [0.4361, 0.2225, 0.0139],
  gXYZ: [0.3851, 0.7169, 0.0971],
  bXYZ: [0.1431, 0.0606, 0.7141],
};

/** Vendors round and adapt differently, by up to 0.001; Display P3, the nearest other space, is 0.07 away. */
const PRIMARY_TOLERANCE = 0.004;

/** Two and a half steps of 8 bits. The 26-point curve of the "c2" profile is 0.1 steps off, gamma 2.2 is 8. */
const CURVE_TOLERANCE = 0.01;

/**
 * Whether an ICC profile describes sRGB, by its numbers: names are free text, and small profiles call
 * themselves "c2" or nothing. Only a profile without a matrix (the sRGB v4 preference profile is a table) is
 * believed by its name.
 *
 * Grey of gamma 2.2, the default of photo editors, counts as sRGB too: it is 8 steps off in the darkest
 * tenth only, and readers of a grey picture without a profile take it for sRGB.
 *
 * Null where the bytes are no profile; decoders then ignore them.
 */
export function classifyProfile(profile: Buffer): "srgb" | "other" | null {
  if (profile.length < HEADER_BYTES + 4 || profile.toString("latin1", 36, 40) !== "acsp") return null;
  const tags = readTags(profile);
  if (describesOtherCodePoints(tags.get("cicp"))) return "other";
  const space = profile.toString("latin1", 16, 20);
  if (space === "GRAY") return isSrgbGrey(tags) ? "srgb" : "other";
  if (space !== "RGB ") return "other";
  const hasTable = tags.has("A2B0") || tags.has("A2B1");
  const isSrgb = hasTable ? isNamedSrgb(tags.get("desc")) : hasSrgbPrimaries(tags) && hasSrgbCurves(tags);
  return isSrgb ? "srgb" : "other";
}

function readTags(profile: Buffer): ReadonlyMap<string, Buffer> {
  const tags = new Map<string, Buffer>();
  const count = Math.min(profile.readUInt32BE(HEADER_BYTES), MAX_TAGS);
  for (let index = 0; index < count; index++) {
    const entry = HEADER_BYTES + 4 + index * TAG_BYTES;
    if (entry + TAG_BYTES > profile.length) break;
    const offset = profile.readUInt32BE(entry + 4);
    const end = offset + profile.readUInt32BE(entry + 8);
    if (end <= profile.length)
      tags.set(profile.toString("latin1", entry, entry + 4), profile.subarray(offset, end));
  }
  return tags;
}

/** Code points of ITU-T H.273: primaries 1 with transfer 13 are sRGB. HDR profiles carry others. */
function describesOtherCodePoints(element: Buffer | undefined): boolean {
  return element !== undefined && element.length >= 12 && !(element[8] === 1 && element[9] === 13);
}

function hasSrgbPrimaries(tags: ReadonlyMap<string, Buffer>): boolean {
  return Object.entries(SRGB_PRIMARIES).every(([name, expected]) => {
    const element = tags.get(name);
    if (element === undefined || element.length < 20 || element.toString("latin1", 0, 4) !== "XYZ ")
      return false;
    return expected.every(
      (value, index) => Math.abs(element.readInt32BE(8 + index * 4) / 65_536 - value) <= PRIMARY_TOLERANCE,
    );
  });
}

function hasSrgbCurves(tags: ReadonlyMap<string, Buffer>): boolean {
  return ["rTRC", "gTRC", "bTRC"].every((name) => {
    const curve = toneCurve(tags.get(name));
    return curve !== null && distanceFromSrgb(curve) <= CURVE_TOLERANCE;
  });
}

function isSrgbGrey(tags: ReadonlyMap<string, Buffer>): boolean {
  const curve = toneCurve(tags.get("kTRC"));
  if (curve === null) return false;
  return distanceFromSrgb(curve) <= CURVE_TOLERANCE || isGamma22(curve);
}

function isGamma22(curve: ToneCurve): boolean {
  return [0.1, 0.25, 0.5, 0.75, 1].every((value) => Math.abs(curve(value) - value ** 2.2) <= 0.004);
}

function toneCurve(element: Buffer | undefined): ToneCurve | null {
  return element === undefined ? null : readToneCurve(element);
}

/** `desc` (version 2) is ASCII from byte 12; `mluc` (version 4) is UTF-16, its first text at a stored offset. */
function isNamedSrgb(element: Buffer | undefined): boolean {
  if (element === undefined || element.length < 28) return false;
  if (element.toString("latin1", 0, 4) === "desc") return /^sRGB\b/.test(element.toString("latin1", 12, 44));
  const offset = element.readUInt32BE(24);
  const text = offset < element.length ? element.toString("latin1", offset, offset + 64) : "";
  return /^sRGB\b/.test(text.replaceAll("\0", ""));
}
