import type { ImageHeader } from "../header.ts";
import { corrupt } from "./corrupt.ts";
import { Cut } from "./cut.ts";
import { screenEnd, walkBlocks } from "./gif-blocks.ts";

/**
 * Reads what a GIF says of itself. Damage behind the first image's descriptor is left for the decoder to judge.
 *
 * The size is the logical screen, grown to hold the first frame as decoders grow it: a screen of 1 × 1 with a
 * frame of 65 535 × 65 535 decodes to the latter. Later frames are clipped.
 *
 * @throws ImagingError `corrupt` where the bytes end or make no sense before the first image.
 */
export function readGif(bytes: Buffer): ImageHeader {
  const { facts, hasMetadata, damage } = cutBlocks(bytes);
  if (facts.frames === 0) throw corrupt("gif", damage ?? "it holds no picture");
  if (facts.width === 0 || facts.height === 0) throw corrupt("gif", "its width or height is zero");
  return {
    format: "gif",
    width: facts.width,
    height: facts.height,
    orientation: 1,
    frames: facts.frames,
    bitsPerChannel: 8,
    colour: "palette",
    hasAlpha: facts.hasAlpha,
    progressive: facts.interlaced,
    profile: "none",
    hasMetadata,
    hasExif: false,
    chromaSubsampled: null,
    estimatedQuality: null,
  };
}

/**
 * The same images with their colour tables, delays and transparency, without comments, texts and application
 * blocks (XMP, ICC). An animation keeps all its frames and how often it repeats. The same Buffer where nothing
 * has to go.
 *
 * @throws ImagingError `corrupt` where the structure is damaged or the trailer is missing.
 */
export function stripGif(bytes: Buffer): Buffer {
  const { cut, damage, facts } = cutBlocks(bytes);
  if (damage !== null) throw corrupt("gif", damage);
  if (facts.frames === 0) throw corrupt("gif", "it holds no picture");
  return cut.apply();
}

const IMAGE = -1;
const GRAPHIC_CONTROL = 0xf9;
const APPLICATION = 0xff;

/** Introducer, label, length, flags, two bytes of delay, transparent index, terminator. */
const GRAPHIC_CONTROL_BYTES = 8;

const LOOP_START = "\x21\xff\x0bNETSCAPE2.0\x03\x01";
const LOOP_BYTES = 19;

interface GifFacts {
  width: number;
  height: number;
  frames: number;
  hasAlpha: boolean;
  interlaced: boolean;
}

function cutBlocks(bytes: Buffer) {
  if (bytes.length < screenEnd(bytes)) throw corrupt("gif", "it is cut short");
  // How often it repeats is said before the second frame tells that it is an animation.
  const animated = cutBlocksOf(bytes, true);
  return animated.facts.frames > 1 ? animated : cutBlocksOf(bytes, false);
}

function cutBlocksOf(bytes: Buffer, isAnimated: boolean) {
  const cut = new Cut(bytes);
  const facts: GifFacts = {
    width: bytes.readUInt16LE(6),
    height: bytes.readUInt16LE(8),
    frames: 0,
    hasAlpha: false,
    interlaced: false,
  };
  let hasMetadata = false;
  let hasLoop = false;
  // Only the last control before an image counts for it; one before nothing is no part of any picture.
  let control = -1;
  cut.keep(0, screenEnd(bytes));
  const walk = walkBlocks(bytes, (label, start, end) => {
    if (label === IMAGE) {
      if (control >= 0) {
        cut.keep(control, control + GRAPHIC_CONTROL_BYTES);
        facts.hasAlpha ||= (bytes.readUInt8(control + 3) & 1) === 1;
        control = -1;
      }
      cut.keep(start, end);
      addFrame(facts, bytes, start);
    } else if (label === GRAPHIC_CONTROL) {
      if (end - start !== GRAPHIC_CONTROL_BYTES) return "a graphic control block has the wrong length";
      if (control >= 0) hasMetadata = true;
      control = start;
    } else if (isAnimated && !hasLoop && control < 0 && isLoop(bytes, label, start, end)) {
      cut.keep(start, end);
      hasLoop = true;
    } else hasMetadata = true;
    return null;
  });
  if (walk.damage === null) cut.keep(walk.end - 1, walk.end);
  hasMetadata ||= control >= 0 || walk.end < bytes.length;
  return { cut, facts, hasMetadata, damage: walk.damage };
}

function addFrame(facts: GifFacts, bytes: Buffer, start: number): void {
  if (facts.frames === 0) {
    facts.width = Math.max(facts.width, bytes.readUInt16LE(start + 1) + bytes.readUInt16LE(start + 5));
    facts.height = Math.max(facts.height, bytes.readUInt16LE(start + 3) + bytes.readUInt16LE(start + 7));
  }
  facts.frames += 1;
  facts.interlaced ||= (bytes.readUInt8(start + 9) & 0x40) !== 0;
}

/** The one application block that decoders act on, in the one length it has. */
function isLoop(bytes: Buffer, label: number, start: number, end: number): boolean {
  if (label !== APPLICATION || end - start !== LOOP_BYTES) return false;
  return bytes.toString("latin1", start, start + LOOP_START.length) === LOOP_START;
}
