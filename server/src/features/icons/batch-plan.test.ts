import { expect, test } from "vitest";
import { iconBatchOptions, iconItem, planBatch } from "./batch-plan.ts";
import { readBatchRequest } from "./requests.ts";

const by = { owner: "somebody", model: { provider: "openai", model: "gpt-image-2" } };

test("the icons of a batch are in the order of its categories, and every variation has the next style", () => {
  const { items } = planBatch(
    readBatchRequest({
      categories: ["Hand Tools", "pens"],
      style: "abstract",
      color_scheme: "cool_tones",
      variations_per_category: 3,
      custom_elements: { pens: ["ink"] },
    }),
    by,
  );
  const tools = { category: "Hand Tools", key: "tools", colorScheme: "cool_tones", customElements: [] };
  const pens = {
    category: "pens",
    key: "office_supplies",
    colorScheme: "cool_tones",
    customElements: ["ink"],
  };
  expect(items).toEqual([
    { ...tools, style: "abstract", variation: 0, take: 0 },
    { ...tools, style: "realistic", variation: 1, take: 0 },
    { ...tools, style: "minimal", variation: 2, take: 0 },
    { ...pens, style: "abstract", variation: 0, take: 0 },
    { ...pens, style: "realistic", variation: 1, take: 0 },
    { ...pens, style: "minimal", variation: 2, take: 0 },
  ]);
});

test("a style that comes round again is another take of it, so that no icon is there twice", () => {
  const { items } = planBatch(readBatchRequest({ categories: ["a"], variations_per_category: 10 }), by);
  expect(items.map(({ take }) => take)).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 1, 1]);
  expect(new Set(items.map(({ style, take }) => `${style} ${take}`)).size).toBe(10);
});

test("what is stored is read back as it was", () => {
  const request = readBatchRequest({
    categories: ["文具", "a"],
    metadata: { run: [1, { deep: null }] },
    format: "ico",
  });
  const { options, items } = planBatch(request, by);
  expect(options).toEqual({
    ...by,
    categories: ["文具", "a"],
    variations: 1,
    format: "ico",
    sizes: [16, 32, 48, 256],
    metadata: { run: [1, { deep: null }] },
  });
  expect(iconBatchOptions.parse(JSON.parse(JSON.stringify(options)))).toEqual(options);
  for (const item of items) expect(iconItem.parse(JSON.parse(JSON.stringify(item)))).toEqual(item);
});
