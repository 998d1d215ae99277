import { expect, test } from "vitest";
import { sniffFormat } from "./sniff.ts";

const latin1 = (text: string) => Buffer.from(text, "latin1");
const boxes = (major: string, ...compatible: string[]) =>
  Buffer.concat([
    Buffer.from([0, 0, 0, 16 + compatible.length * 4]),
    latin1(`ftyp${major}\0\0\0\0${compatible.join("")}`),
  ]);

const bmp = (headerSize: number) => {
  const bytes = Buffer.alloc(54);
  bytes.write("BM");
  bytes.writeUInt32LE(headerSize, 14);
  return bytes;
};

test.each([
  ["jpeg", latin1("\xff\xd8\xff\xe0")],
  ["jpeg", latin1("\xff\xd8\xff\xdb")],
  ["png", latin1("\x89PNG\r\n\x1a\n")],
  ["gif", latin1("GIF87a")],
  ["gif", latin1("GIF89a")],
  ["webp", latin1("RIFF\x10\0\0\0WEBPVP8 ")],
  ["avif", boxes("avif", "mif1", "miaf")],
  ["avif", boxes("mif1", "mif1", "avif")],
  ["avif", boxes("avis")],
  ["heic", boxes("heic", "mif1")],
  ["heic", boxes("mif1", "heic")],
  ["heic", boxes("msf1", "hevc")],
  ["bmp", bmp(40)],
  ["bmp", bmp(124)],
  ["tiff", latin1("II*\0\x08\0\0\0")],
  ["tiff", latin1("MM\0*\0\0\0\x08")],
  ["tiff", latin1("MM\0+\0\x08\0\0")],
  ["ico", latin1("\0\0\x01\0\x02\0")],
  ["ico", latin1("\0\0\x02\0\x01\0")],
  ["jxl", latin1("\xff\x0a\xfa\x1f")],
  ["jxl", latin1("\0\0\0\x0cJXL \r\n\x87\n")],
  ["pdf", latin1("%PDF-1.7\n")],
  ["svg", latin1("<svg xmlns='http://www.w3.org/2000/svg'/>")],
  ["svg", latin1("<svg>")],
])("%s is recognised by its first bytes", (format, bytes) => {
  expect(sniffFormat(bytes)).toBe(format);
});

test.each([
  ["a byte order mark", "\ufeff<svg/>"],
  ["white space", " \r\n\t<svg/>"],
  ["an XML declaration", "<?xml version='1.0'?>\n<svg/>"],
  ["comments", "<!-- > a <svg> in a comment --><!-- --><svg/>"],
  ["a document type", "<!DOCTYPE svg PUBLIC 'x' 'y'><svg/>"],
  ["a document type with entities", "<!DOCTYPE svg [ <!ENTITY a 'b'> ]>\n<svg/>"],
  ["a style sheet", "<?xml version='1.0'?><?xml-stylesheet href='a'?><svg/>"],
  ["a name space prefix", "<svg:svg/>"],
])("an SVG is recognised behind %s", (_, text) => {
  expect(sniffFormat(Buffer.from(text))).toBe("svg");
  expect(sniffFormat(Buffer.from(`\ufeff${text.replace("\ufeff", "")}`, "utf16le"))).toBe("svg");
});

test.each([
  ["nothing", ""],
  ["a word that begins like a bitmap", "BM is a company whose name begins a line of text, not a picture."],
  ["HTML with an SVG in it", "<!doctype html><html><svg></svg></html>"],
  ["an element whose name begins with svg", "<svgx/>"],
  ["an unclosed comment", "<!-- <svg/>"],
  ["a video", "\0\0\0\x18ftypisom\0\0\0\0isommp42"],
  ["sound in a RIFF", "RIFF\x10\0\0\0WAVEfmt "],
  ["the first half of a PNG signature", "\x89PNG"],
  ["an icon of no pictures", "\0\0\x01\0\0\0"],
  ["a ZIP", "PK\x03\x04"],
])("%s is no image", (_, text) => {
  expect(sniffFormat(latin1(text))).toBeNull();
});

test("a view into a larger buffer is read from its own start", () => {
  const larger = latin1("GIF89a\x89PNG\r\n\x1a\n");
  expect(sniffFormat(new Uint8Array(larger.buffer, larger.byteOffset + 6, 8))).toBe("png");
});
