import { describe, expect, it } from "vitest";
import { createIconFinder } from "./find-icons.ts";
import { readIconSet } from "./icon-set.ts";
import { knownCategories } from "./known-categories.ts";
import { synonyms } from "./synonyms.ts";

const set = readIconSet();
const { find } = createIconFinder(set);
const found = (text: string) => {
  const { icon, matched } = find(text, []).main;
  return `${icon} ${matched}`;
};

describe("an icon for a category", () => {
  it("is that of a known one, by its key and each of its names, however they are written", () => {
    for (const [key, { icon, aliases }] of Object.entries(knownCategories))
      for (const name of [key, key.toUpperCase(), `  ${key.replaceAll("_", " ")} `, ...aliases])
        expect(found(name), name).toBe(`${icon} alias`);
    expect(found("Home & Garden")).toBe("house alias");
    expect(found("Office-Supplies!")).toBe("paperclip alias");
  });

  it("is one of the set by its name, by an older name, or by its plural", () => {
    expect(found("hammer")).toBe("hammer exact");
    expect(found("Scissors")).toBe("scissors exact");
    expect(found("cherries")).toBe("cherry exact");
    expect(found("brushes")).toBe("brush exact");
    expect(found("stop circle")).toBe("circle-stop exact");
  });

  it("is one that has the word as a tag, and none that shows a state of something", () => {
    expect(found("camping")).toBe("tent-tree tag");
    expect(found("fishing")).toBe("fishing-rod tag");
    for (const word of ["food", "photo", "weather", "vacation", "savings", "recipe"])
      expect(found(word), word).not.toMatch(/-(off|x|plus|minus) /);
  });

  it("is chosen by what a thing is, before what it is for", () => {
    expect(found("office chair")).toBe("armchair alias");
    expect(found("gym equipment")).toBe("dumbbell alias");
    expect(found("rocket science")).toBe("rocket exact");
    expect(found("coffee machine")).toBe("coffee exact");
  });

  it("is found although the word is misspelt or only a part", () => {
    expect(found("hamer")).toBe("hammer near");
    expect(found("wrnech")).toBe("wrench near");
    expect(found("camexa")).toBe("camera near");
    expect(found("bycicle")).toBe("bike near");
    expect(found("stetho")).toBe("stethoscope near");
    expect(found("sunflowers")).toBe("flower near");
  });

  it("is one for anything where nothing is known, and says so", () => {
    for (const text of ["", "   ", "xyzzyq", "Портрет", "工具", "<svg onload=x>", "../../qqx", "🎉"])
      expect(found(text), text).toBe("shapes none");
  });

  it("is the same for a text of any length", () => {
    expect(found(`hammer ${"q ".repeat(100_000)}`)).toBe("hammer exact");
    expect(find("tools", new Array(5_000).fill("qqzzqq ".repeat(99))).companions).toEqual([]);
  });
});

describe("custom elements", () => {
  it("are the first two that something is found for; all others are told", () => {
    expect(find("office supplies", ["pen", "qqzzq", "stapler", "calculator", "ruler"])).toEqual({
      main: { icon: "paperclip", matched: "alias" },
      companions: [
        { icon: "pen", matched: "exact" },
        { icon: "calculator", matched: "exact" },
      ],
      ignored: ["qqzzq", "ruler"],
    });
  });

  it("are drawn once, and not when they are the category again", () => {
    expect(find("tools", ["wrench", "hammer", "hammers"]).companions).toEqual([
      { icon: "hammer", matched: "exact" },
    ]);
  });
});

it("own words lead to icons that this version of the set has, and stand in no icon's way", () => {
  for (const [word, icon] of synonyms) {
    expect(set.find(icon), word).toBe(icon);
    // The set's crop is a tool that cuts pictures; asked for as a category it is what grows on a field.
    expect(set.find(word), word).toBe(word === "crop" ? "crop" : undefined);
  }
  for (const { icon } of Object.values(knownCategories)) expect(set.find(icon)).toBe(icon);
});
