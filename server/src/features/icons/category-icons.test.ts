import { expect, it } from "vitest";
import { knownCategories as drawnCategories } from "../../models/icons/local/known-categories.ts";
import { createLocalIcons } from "../../models/icons/local/local-icons.ts";
import { normaliseCategory } from "./categories.ts";
import { categoryAliases, type KnownCategory, knownCategories } from "./category-aliases.ts";

/** Icons that stand for a category or for something in it. */
const meanings: Readonly<Record<KnownCategory, string>> = {
  office_supplies: "paperclip pencil-ruler pen pencil file-text notebook folder mail presentation",
  electronics: "cpu computer laptop phone smartphone tablet camera headphones tv plug-zap house-plug",
  tools: "wrench toolbox hammer drill axe ruler",
  automotive: "car truck motorbike circle-dot fuel cog",
  home_garden: "house flower-2 plant-pot sofa cooking-pot bed lamp sprout fence bath",
  sports: "volleyball dumbbell tent-tree flag-triangle-right bike sport-shoe waves-ladder person-standing",
  clothing: "shirt sport-shoe hat-glasses",
  food_beverage: "utensils cup-soda sandwich coffee croissant apple carrot wine candy",
  health_beauty: "heart-pulse sparkles scissors spray-can pill-bottle",
  books_media:
    "book-open book music film newspaper book-audio book-image turntable disc-3 mic-signal library",
  toys_games: "toy-brick gamepad-2 dice-5 puzzle baby panda spade car",
  jewelry_accessories: "gem watch handbag glasses",
  industrial: "factory cog construction warehouse flame forklift hard-hat package gauge",
  agricultural: "tractor paw-print wheat sprout droplets plant-pot",
  medical: "stethoscope hospital pill cross toothbrush syringe",
};

it("each name that the API suggests for a category has a local icon that means something of it", () => {
  const { find } = createLocalIcons();
  for (const key of knownCategories)
    for (const name of [key, ...categoryAliases[key]]) {
      const { icon, matched } = find(name, []).main;
      expect(meanings[key].split(" "), `${name} of ${key}`).toContain(icon);
      expect(["exact", "alias", "tag"], `${name} of ${key}`).toContain(matched);
    }
});

it("the API and the local icons know the same categories, and take no name for two different ones", () => {
  expect(Object.keys(drawnCategories)).toEqual([...knownCategories]);
  for (const [key, { aliases }] of Object.entries(drawnCategories))
    for (const alias of aliases) {
      const category = normaliseCategory(alias);
      if (category.known) expect(category.key, alias).toBe(key);
    }
});
