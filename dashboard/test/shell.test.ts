import { expect, test } from "vitest";
import { leaveToSoak } from "../../server/test/needs.ts";
import { describeDashboard, expectAccessible, expectNoSidewaysScroll, settled } from "./open-dashboard.ts";

const pages = {
  "/": "Overview",
  "/prepare": "Prepare",
  "/media": "Media",
  "/icons": "Icons",
  "/catalog": "Catalog",
  "/system/status": "Status",
  "/admin": "Administration",
} as const;

describeDashboard("the dashboard's pages", ({ open }) => {
  const lookAt = (colorScheme: "light" | "dark", width: number) =>
    test(`each of them is accessible, ${colorScheme} and ${width} pixels wide, without a complaint of the browser`, async () => {
      const { page, problems } = await open({}, { colorScheme, viewport: { width, height: 800 } });
      for (const [path, title] of Object.entries(pages)) {
        await page.goto(`.${path}`);
        await page.getByRole("heading", { level: 1, name: title }).waitFor();
        await settled(page);
        await expectAccessible(page);
        await expectNoSidewaysScroll(page);
        expect(await page.title()).toContain("Fovea");
      }
      expect(problems).toEqual([]);
    });

  lookAt("dark", 360);
  // So look the tests of each page at it.
  leaveToSoak("the dashboard's pages on a desk, in light", () => lookAt("light", 1280));
});
