import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadCatalog } from "./catalog.ts";
import { fitSize, grid, modelView, type SeeingModel } from "./vision-rules.ts";

const catalog = loadCatalog();

function model(id: string): SeeingModel {
  const found = catalog.findModel(id);
  if (!found) throw new Error(`${id} is not in the catalog`);
  return found;
}

// One model for each column of the published figures.
const claudeStandard = "claude-sonnet-4-6";
const claudeHigh = "claude-sonnet-5-5";
const openai1536 = "gpt-5.4-mini";
const openai2500 = "gpt-5.4";
const openaiOriginal = "gpt-5.6-terra";
const openaiTiles = "gpt-4o";
const geminiTiles = "gemini-2.5-flash-lite";
const geminiLevels = "gemini-3.8-flash";

const sizeOf = (view: { width: number; height: number }) => `${view.width}x${view.height}`;

describe("token estimates agree with the figures computed from the vendors' pages", () => {
  const columns = [
    claudeStandard,
    claudeHigh,
    openai1536,
    openai2500,
    openaiOriginal,
    openaiTiles,
    geminiTiles,
  ];
  const rows: [number, number, number[]][] = [
    [1000, 1000, [1296, 1296, 1229, 1229, 1229, 765, 1032]],
    [1920, 1080, [1560, 2691, 1810, 2448, 2448, 1105, 1548]],
    [4032, 3024, [1564, 4740, 1743, 2942, 14_364, 765, 1032]],
    [8000, 6000, [1564, 4740, 1743, 2942, 56_400, 765, 1032]],
    [1170, 2532, [1456, 3822, 1779, 2304, 3552, 1445, 2064]],
  ];
  it.each(rows)("%d x %d", (width, height, tokens) => {
    expect(columns.map((id) => modelView(model(id), width, height).tokens)).toEqual(tokens);
  });
});

describe("the size a model sees is the one its vendor prints", () => {
  it.each([
    // platform.claude.com/docs/en/build-with-claude/vision, worked rows.
    [claudeStandard, 200, 200, "200x200", 64],
    [claudeStandard, 1092, 1092, "1092x1092", 1521],
    [claudeStandard, 1920, 1080, "1456x819", 1560],
    [claudeStandard, 3840, 2160, "1456x819", 1560],
    [claudeStandard, 1075, 1520, "924x1307", 1551],
    // The page prints 1269; the vendor's own reference code gives 1270.
    [claudeStandard, 2000, 1500, "1270x952", 1564],
    [claudeStandard, 4032, 3024, "1270x952", 1564],
    [claudeStandard, 1170, 2532, "725x1568", 1456],
    [claudeHigh, 1920, 1080, "1920x1080", 2691],
    [claudeHigh, 2000, 1500, "2000x1500", 3888],
    [claudeHigh, 3840, 2160, "2576x1449", 4784],
    [claudeHigh, 4032, 3024, "2212x1659", 4740],
    // developers.openai.com/api/docs/guides/images-vision, worked rows (1,452 patches × 1.2).
    [openai1536, 1024, 1024, "1024x1024", 1229],
    [openai1536, 1800, 2400, "1056x1408", 1743],
    [openai1536, 1920, 1080, "1649x928", 1810],
    [openai1536, 4032, 3024, "1408x1056", 1743],
    [openai2500, 4032, 3024, "1824x1368", 2942],
    [openaiOriginal, 4032, 3024, "4032x3024", 14_364],
    [openaiTiles, 1920, 1080, "1365x768", 1105],
    [openaiTiles, 8000, 6000, "1024x768", 765],
  ])("%s sees %d x %d as %s", (id, width, height, size, tokens) => {
    const view = modelView(model(id), width, height);
    expect({ size: sizeOf(view), tokens: view.tokens }).toEqual({ size, tokens });
    expect(view.scale).toBeCloseTo(Math.max(view.width, view.height) / Math.max(width, height), 12);
  });

  it("an exact half of a pixel on the short side goes to the even neighbour", () => {
    // Both are halved to 1568 wide: 3.5 goes to 4, and 2.5 to 2 where ordinary rounding gives 3.
    expect(sizeOf(modelView(model(claudeStandard), 3136, 7))).toBe("1568x4");
    expect(sizeOf(modelView(model(claudeStandard), 3136, 5))).toBe("1568x2");
  });
});

describe("what a vendor refuses", () => {
  it("more than 30,000 patches are refused by a model that does not shrink, with the numbers", () => {
    const view = modelView(model(openaiOriginal), 8000, 6000);
    expect(view).toMatchObject({ accepted: false, width: 8000, height: 6000, scale: 1 });
    expect(view.reason).toBe("8000x6000 takes 47000 patches and exceeds the 30000 that the model accepts");
  });

  it("exactly 30,000 patches are accepted and one row of patches more is not", () => {
    expect(modelView(model(openaiOriginal), 4800, 6400)).toMatchObject({ accepted: true, tokens: 36_000 });
    expect(modelView(model(openaiOriginal), 4800, 6401).accepted).toBe(false);
  });

  it("a side of 8000 pixels is accepted by Claude and one of 8001 is not", () => {
    expect(modelView(model(claudeHigh), 8000, 10)).toMatchObject({ accepted: true, reason: null });
    expect(modelView(model(claudeHigh), 10, 8001).reason).toBe(
      "10x8001 exceeds the 8000 pixels per side that the model accepts",
    );
  });
});

describe("Gemini", () => {
  it("960 x 540 is six tiles, as on the vendor's page", () => {
    expect(modelView(model(geminiTiles), 960, 540).tokens).toBe(6 * 258);
  });

  it("a picture with both sides up to 384 pixels is one tile, a larger one is cut", () => {
    expect(modelView(model(geminiTiles), 384, 384).tokens).toBe(258);
    expect(modelView(model(geminiTiles), 385, 384).tokens).toBe(4 * 258);
  });

  it("a side of one pixel has no estimate, because the published formula divides by zero there", () => {
    expect(modelView(model(geminiTiles), 1, 8000).tokens).toBeNull();
  });

  it("Gemini 3 takes the same tokens for every size and says that the size it works at is not documented", () => {
    for (const side of [10, 1000, 9000]) {
      const view = modelView(model(geminiLevels), side, side);
      expect(view).toMatchObject({ tokens: 1120, scale: 1, size_documented: false });
    }
    expect(modelView(model(claudeHigh), 10, 10).size_documented).toBe(true);
  });
});

it("a model without a published multiplier has no token estimate", () => {
  expect(modelView(model("gpt-6-luna"), 1000, 1000)).toMatchObject({ tokens: null, accepted: true });
});

it("a whole number of tokens is not raised by floating point", () => {
  // 150 × 1.62 is 243.00000000000003.
  expect(modelView(model("gpt-4.1-mini"), 10 * 32, 15 * 32).tokens).toBe(243);
});

it("both OpenAI limits are taken from the picture as sent, and the lesser wins", () => {
  // 4096 x 1530 would be 1,536 patches after the side limit alone; the page counts the patches of what was sent.
  expect(sizeOf(modelView(model(openai1536), 4096, 1530))).toBe("1970x736");
});

it("a strip thinner than a patch still ends within the patch budget", () => {
  const base = model(openai1536);
  if (base.rule.name !== "openai_patches") throw new Error("the model has another rule now");
  const unlimited: SeeingModel = { ...base, rule: { ...base.rule, max_side: null } };
  const view = modelView(unlimited, 100_000, 10);
  expect(sizeOf(view)).toBe("49152x5");
  expect(view.tokens).toBe(Math.ceil(1536 * 1.2));
});

it("the grid is the side of a patch, and null where there are no patches", () => {
  expect([claudeHigh, openai2500, openaiTiles, geminiLevels].map((id) => grid(model(id)))).toEqual([
    28,
    32,
    null,
    null,
  ]);
});

describe("the largest size that is sent without waste", () => {
  it.each([
    [claudeStandard, 4032, 3024, "1270x952"],
    [claudeHigh, 8000, 6000, "2212x1659"],
    // Larger than the 1408x1056 the model makes of the original: 45 × 34 patches are still within 1,536.
    [openai1536, 4032, 3024, "1440x1080"],
    [openaiTiles, 4032, 3024, "1024x768"],
    // Never shrunk by the model: the catalog's fit of 2,500 patches and 2048 pixels decides.
    [openaiOriginal, 8000, 6000, "1835x1376"],
    [openaiOriginal, 1170, 2532, "946x2048"],
    [geminiLevels, 8000, 6000, "3072x2304"],
  ])("%s gets %d x %d as %s", (id, width, height, size) => {
    expect(sizeOf(fitSize(model(id), width, height))).toBe(size);
  });

  it("is not the size itself when one pixel more would still have been seen whole", () => {
    for (const { id } of catalog.models()) {
      const fit = fitSize(model(id), 4032, 3024);
      const more = { width: fit.width + 1, height: Math.round(((fit.width + 1) * 3024) / 4032) };
      expect(fitSize(model(id), more.width, more.height), id).not.toEqual(more);
    }
  });
});

describe("for every model and any picture", () => {
  const anyModel = fc.constantFrom(...catalog.models());
  const side = fc.oneof(fc.integer({ min: 1, max: 9000 }), fc.integer({ min: 1, max: 40 }));
  const extremes: [number, number][] = [
    [1, 1],
    [1, 8000],
    [8000, 1],
    [30_000, 10],
    [10, 30_000],
    [65_535, 65_535],
  ];
  const everySize = (check: (seeing: SeeingModel, width: number, height: number) => void) => {
    for (const each of catalog.models()) for (const [width, height] of extremes) check(each, width, height);
    fc.assert(fc.property(anyModel, side, side, (each, width, height) => check(each, width, height)));
  };
  const keepsShape = (seen: { width: number; height: number }, width: number, height: number) => {
    const wide = width >= height;
    const [long, short] = wide ? [seen.width, seen.height] : [seen.height, seen.width];
    const exact = (long * Math.min(width, height)) / Math.max(width, height);
    return short === 1 ? exact < 2 : Math.abs(short - exact) <= 1;
  };

  it("the view is whole pixels, never larger than the source, and keeps its shape to a pixel", () => {
    everySize((each, width, height) => {
      const view = modelView(each, width, height);
      expect(Number.isInteger(view.width) && Number.isInteger(view.height)).toBe(true);
      expect(Math.min(view.width, view.height)).toBeGreaterThanOrEqual(1);
      expect(view.width).toBeLessThanOrEqual(width);
      expect(view.height).toBeLessThanOrEqual(height);
      expect(view.scale).toBeLessThanOrEqual(1);
      expect(keepsShape(view, width, height)).toBe(true);
    });
  });

  it("the tokens stay within the budget of the rule", () => {
    everySize((each, width, height) => {
      const { tokens } = modelView(each, width, height);
      if (each.rule.name === "claude_patches") expect(tokens).toBeLessThanOrEqual(each.rule.max_tokens);
      if (each.rule.name === "openai_patches" && each.rule.budget !== null && each.rule.multiplier !== null) {
        expect(tokens).toBeLessThanOrEqual(Math.ceil(each.rule.budget * each.rule.multiplier));
      }
      if (tokens !== null) expect(tokens).toBeGreaterThan(0);
    });
  });

  it("a fitted picture is accepted, seen whole, keeps its shape, and fits again as it is", () => {
    everySize((each, width, height) => {
      const fit = fitSize(each, width, height);
      expect(modelView(each, fit.width, fit.height)).toMatchObject({ ...fit, scale: 1, accepted: true });
      expect(keepsShape(fit, width, height)).toBe(true);
      expect(fitSize(each, fit.width, fit.height)).toEqual(fit);
    });
  });

  it("a larger picture of the same shape is never fitted smaller", () => {
    fc.assert(
      fc.property(anyModel, side, side, fc.integer({ min: 2, max: 8 }), (each, width, height, times) => {
        const small = fitSize(each, width, height);
        const large = fitSize(each, width * times, height * times);
        expect(large.width).toBeGreaterThanOrEqual(small.width);
        expect(large.height).toBeGreaterThanOrEqual(small.height);
      }),
    );
  });

  it("turning the picture turns what is seen", () => {
    everySize((each, width, height) => {
      const upright = modelView(each, width, height);
      const turned = modelView(each, height, width);
      expect([turned.width, turned.height, turned.tokens]).toEqual([
        upright.height,
        upright.width,
        upright.tokens,
      ]);
    });
  });
});
