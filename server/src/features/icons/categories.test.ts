import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normaliseCategory, suggestions } from "./categories.ts";
import { categoryAliases, knownCategories } from "./category-aliases.ts";

const known = (key: string) => ({ key, known: true });

describe("a category", () => {
  test.each(knownCategories.map((key) => [key]))("%s is known by its name and all its aliases", (key) => {
    for (const name of [key, key.toUpperCase(), key.replaceAll("_", " "), ...categoryAliases[key]])
      expect(normaliseCategory(name), name).toEqual(known(key));
  });

  test("has no alias that another one has too", () => {
    const all = knownCategories.flatMap((key) => [key.replaceAll("_", " "), ...categoryAliases[key]]);
    expect(all.toSorted()).toEqual([...new Set(all)].sort());
  });

  test.each([
    ["Food & Beverage", "food_beverage"],
    ["  HAND-TOOLS ", "tools"],
    ["Laptops", "electronics"],
    ["torque wrenches", "tools"],
    ["pharmacies", "medical"],
    ["Men's shoes, size 9", "clothing"],
    ["garden furniture", "home_garden"],
    ["health care for farm animals", "medical"],
    ["Bücher & Möbel: furniture", "home_garden"],
  ])("%j is %s", (text, key) => {
    expect(normaliseCategory(text)).toEqual(known(key));
  });

  test("is found by whole words only, and of several by the longest", () => {
    expect(normaliseCategory("carpet").known).toBe(false);
    expect(normaliseCategory("carpentry tool")).toEqual(known("tools"));
    expect(normaliseCategory("pen for a board game")).toEqual(known("toys_games"));
  });

  test.each([
    ["Quantum  Physics!", "quantum_physics"],
    ["crème brûlée", "creme_brulee"],
    ["Straßenbahn", "strassenbahn"],
    ["../../etc/passwd", "etc_passwd"],
    ["CON", "category_con"],
    ["nul", "category_nul"],
    [`${"ab ".repeat(40)}`, "ab_".repeat(20).slice(0, -1)],
  ])("that nobody knows has its own words: %j", (text, key) => {
    expect(normaliseCategory(text)).toEqual({ key, known: false });
  });

  test("without Latin letters is one of its own", () => {
    const [one, other] = [normaliseCategory("文具"), normaliseCategory("恐竜")];
    expect(one).toEqual({ key: expect.stringMatching(/^category_[0-9a-f]{8}$/), known: false });
    expect(other.key).not.toBe(one.key);
    expect(normaliseCategory(" 文具 ")).toEqual(one);
  });

  test("is a folder, whatever it is called", () => {
    fc.assert(
      fc.property(fc.uint16Array(), (units) => {
        const text = String.fromCharCode(...units);
        expect(normaliseCategory(text).key).toMatch(/^(?!.*__)[a-z0-9](?:[a-z0-9_]{0,58}[a-z0-9])?$/);
      }),
    );
  });
});

describe("suggestions", () => {
  test("for nothing are the keys of the categories", () => {
    expect(suggestions(" ")).toEqual(knownCategories);
  });

  test("are the names that hold what was typed, in Title Case and sorted", () => {
    expect(suggestions("OFFICE-s")).toEqual(["Office Supplies", "Office Supply"]);
    expect(suggestions("jewel")).toEqual([
      ...["Jewel", "Jewellery", "Jewelry", "Jewelry Accessories", "Jewelry And Accessories"],
    ]);
    for (const query of ["xylophone", "%", "..."]) expect(suggestions(query)).toEqual([]);
  });

  test("are understood as categories when they are sent back", () => {
    for (const name of suggestions("a")) expect(normaliseCategory(name).known, name).toBe(true);
  });
});
