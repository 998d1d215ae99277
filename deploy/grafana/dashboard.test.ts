import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { dashboardText } from "./dashboard.ts";
import { rows } from "./rows.ts";

const panels = rows.flatMap((row) => row.panels);

test("the dashboard that is imported is the one of rows.ts", () => {
  const committed = readFileSync(new URL("fovea.json", import.meta.url), "utf8");
  expect(committed, "node scripts/run.mjs deploy/grafana/make.ts writes it").toBe(dashboardText(rows));
});

test("every panel has a title of its own in its row, and says what it shows", () => {
  for (const { panels: ofRow } of rows)
    expect(new Set(ofRow.map(({ title }) => title)).size).toBe(ofRow.length);
  for (const { description, title } of panels) expect(description, title).toMatch(/^[A-Z].*\.$/);
});

test("panels lie beside each other, and none on another", () => {
  const { panels: placed } = JSON.parse(dashboardText(rows)) as {
    panels: { id: number; gridPos: { x: number; y: number; w: number; h: number } }[];
  };
  expect(new Set(placed.map(({ id }) => id)).size).toBe(placed.length);
  const cells = placed.flatMap(({ gridPos: { x, y, w, h } }) => {
    expect(x + w).toBeLessThanOrEqual(24);
    return Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)}/${y + Math.floor(cell / w)}`);
  });
  expect(new Set(cells).size).toBe(cells.length);
});
