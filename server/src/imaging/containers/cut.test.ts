import { expect, test } from "vitest";
import { Cut } from "./cut.ts";

const source = Buffer.from("0123456789");

test("neighbouring parts that make up the whole source are the source itself, not a copy", () => {
  const cut = new Cut(source);
  cut.keep(0, 4);
  cut.keep(4, 4);
  cut.keep(4, 10);
  expect(cut.apply()).toBe(source);
});

test("kept and inserted parts come in the order of the calls", () => {
  const cut = new Cut(source);
  cut.keep(0, 2);
  cut.insert(Buffer.from("abc"));
  // Begins at 3, the length of what was inserted: the two are no neighbours.
  cut.keep(3, 5);
  cut.insert(Buffer.from("d"));
  cut.insert(Buffer.from("e"));
  cut.keep(9, 10);
  expect(cut.apply().toString()).toBe("01abc34de9");
});

test("nothing kept is nothing", () => {
  expect(new Cut(source).apply()).toHaveLength(0);
});
