import { expect, test } from "vitest";
import { splitImageUrls } from "./image-urls.ts";

const one = "https://a.example/1.jpg";
const two = "http://b.example/2.png";

test.each([",", ", ", ";", " | ", " ", "\n", "\r\n", "\t", '","', " ,, "])(
  "addresses may be separated by %j",
  (separator) => {
    expect(splitImageUrls(`${one}${separator}${two}`)).toEqual([one, two]);
    expect(splitImageUrls(` "${one}${separator}${two}",; `)).toEqual([one, two]);
  },
);

test.each([
  "https://a.example/w_100,h_200/a.jpg?x=1,2;y",
  "https://a.example/fetch/w_100,h_200/https://b.example/1.jpg",
  "data:image/png;base64,AAAA",
])("a comma or semicolon within an address divides nothing: %s", (address) => {
  expect(splitImageUrls(`${address},${two}`)).toEqual([address, two]);
});

test.each([", n/a", "; n/a", " n/a", "|n/a"])(
  "a word behind an address leaves the address as it is: %j",
  (rest) => {
    expect(splitImageUrls(one + rest)).toEqual([one, "n/a"]);
  },
);

test("what is no address is kept in its place", () => {
  expect(splitImageUrls("one.jpg,two.jpg; n/a")).toEqual(["one.jpg", "two.jpg", "n/a"]);
  expect(splitImageUrls(`n/a,${one}`)).toEqual(["n/a", one]);
  expect(splitImageUrls(`${one},www.b.example/2.jpg,ftp://c.example/3.jpg`)).toEqual([
    one,
    "www.b.example/2.jpg",
    "ftp://c.example/3.jpg",
  ]);
  expect(splitImageUrls(" , ;| ")).toEqual([]);
});

test.each([`["${one}","${two}"]`, ` ['${one}', '${two}'] `, `[${one}, ${two}]`])(
  "a list is read as programs print it: %s",
  (cell) => {
    expect(splitImageUrls(cell)).toEqual([one, two]);
  },
);

test("a cell that was written to be slow is not", () => {
  expect(splitImageUrls(`${one}${",a".repeat(32_000)}`)).toHaveLength(1);
  expect(splitImageUrls(" ,".repeat(32_000))).toEqual([]);
});
