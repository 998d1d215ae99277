import { expect, test } from "vitest";
import { describeServer } from "../../server/test/engine/databases.ts";
import { leaveToSoak } from "../../server/test/needs.ts";
import { listenApp, temporaryFolder } from "../../server/test/world.ts";
import { describeDashboard, expectAccessible, expectNoSidewaysScroll } from "./open-dashboard.ts";

leaveToSoak("processes in the dashboard", () => {
  describeServer("processes in the dashboard, on PostgreSQL", (_cluster, place) => {
    describeDashboard("processes in the dashboard", ({ open }) => {
      test("are listed with what they do, and what they have differently is told", async () => {
        const { url = "" } = await place();
        const shared = {
          DATABASE_URL: url,
          IMAGE_STORAGE_PATH: await temporaryFolder(),
          JWT_SECRET_KEY: "of all processes together, in this test",
          WEBHOOK_SECRET: "theirs as well",
          ...{ RATE_LIMITS: "off", ALLOW_PRIVATE_NETWORKS: "127.0.0.0/8" },
        };
        const worker = await listenApp({
          ...shared,
          DATA_DIR: await temporaryFolder(),
          ROLE: "worker",
          VISION_MODEL: "local",
        });
        const { page, problems } = await open({ ...shared, DATA_DIR: await temporaryFolder(), ROLE: "api" });
        await page.goto("./system/status");
        const section = page.getByRole("region", { name: "Processes" });
        await section.getByText("Settings that have to be the same differ").waitFor();
        expect(await section.getByRole("row").allInnerTexts()).toEqual([
          expect.stringMatching(/Process\s+Role\s+Release/),
          expect.stringMatching(/worker\s+0\.1\.0[\s\S]*alive[\s\S]*differs: VISION_MODEL/),
          expect.stringMatching(/\(this one\)\s+api\s+0\.1\.0[\s\S]*alive/),
        ]);
        await expectAccessible(page);
        await page.setViewportSize({ width: 360, height: 740 });
        await expectNoSidewaysScroll(page);
        worker.app.announceEnd();
        await section.getByText("ending", { exact: true }).waitFor();
        await worker.app.close(0);
        // With one left there is nothing to tell.
        await section.waitFor({ state: "detached" });
        expect(problems).toEqual([]);
      });
    });
  });
});
