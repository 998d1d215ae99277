import { expect, it } from "vitest";
import { isOwnSvg } from "./own-svg.ts";
import { documentOf, tag } from "./svg.ts";

const own = documentOf([tag("g", { fill: "url(#i1-a)" }, tag("path", { d: "M0 0L1 1Z" }))]);

it("a drawing is taken for what it is", () => {
  expect(isOwnSvg(own)).toBe(true);
});

it("nothing else is", () => {
  const inside = [
    "<script>alert(1)</script>",
    "<SCRIPT/>",
    "<image href='http://127.0.0.1/'/>",
    "<image xlink:href='file:///etc/passwd'/>",
    "<use href='#a'/>",
    "<foreignObject><p/></foreignObject>",
    "<text>hello</text>",
    "<style>@import url(http://127.0.0.1)</style>",
    "<a/>",
    "<filter/>",
    "<feImage/>",
    "<animate/>",
    "<set/>",
    "<!-- -->",
    "<!ENTITY a 'b'>",
    "<![CDATA[x]]>",
    "<?xml-stylesheet?>",
    "<path fill='url(http://127.0.0.1/a.svg#b)'/>",
    "<path fill='url( #a)'/>",
    "<path fill='URL(data:,)'/>",
    "<path href='#a'/>",
    "<path xlink:HREF='#a'/>",
    "<path onload='alert(1)'/>",
    "<path\nonclick='alert(1)'/>",
    "<path style='fill:red'/>",
    "<path d='&#77;0'/>",
    "<svg:path/>",
    "< path/>",
    // What XML refuses, a page into which the drawing is pasted may run.
    '<path/onload="alert(1)"/>',
    '<path d=""onload="alert(1)"/>',
    '<path onload ="alert(1)"/>',
    "<path onload=alert(1)>",
    '<path d="M0 0" xmlns:x="a"/>',
    '<path fill="url(#a) url(http://127.0.0.1)"/>',
    '<path fill="javascript:alert(1)()"/>',
    '<path transform="url(#a)"/>',
    '<path cursor="url(#a)"/>',
    '<path d="M0 0"><animate attributeName="d" to="M1 1"/></path>',
    '<svg xmlns="http://www.w3.org/1999/xhtml"><path/></svg>',
    '<g xmlns="http://www.w3.org/1999/xhtml"><path/></g>',
    "<iframe/>",
    "<handler/>",
    "<Path/>",
    "]]>",
    "\u0000",
  ];
  for (const one of inside) {
    expect(isOwnSvg(own.replace("</g>", `${one}</g>`)), one).toBe(false);
    expect(isOwnSvg(own.replace("<metadata>", `<metadata>${one}`)), one).toBe(false);
  }
  expect(isOwnSvg(own.replace("</g>", "plain words</g>"))).toBe(false);
  expect(isOwnSvg(`${own}plain words`)).toBe(false);
  for (const other of ["", "plain", "<!DOCTYPE svg><svg/>", "<html><svg/></html>", " <g></g>", "\u0000PNG"])
    expect(isOwnSvg(other), other).toBe(false);
  expect(isOwnSvg(documentOf(["<g/>".repeat(125_000)]))).toBe(false);
});
