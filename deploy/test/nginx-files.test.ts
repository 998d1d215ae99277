import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { describeWith, leaveToSoak } from "../../server/test/needs.ts";
import { temporaryFolder } from "../../server/test/world.ts";

leaveToSoak("the files for nginx", () => {
  describeWith("nginx", "the files for nginx", ({ path }) => {
    test("are taken as they are, in a folder from which everything is read, as Debian has it", async () => {
      const folder = await temporaryFolder();
      const confd = join(folder, "conf.d");
      mkdirSync(confd);
      for (const name of ["fovea.conf", "fovea-upstream.conf"])
        cpSync(fileURLToPath(new URL(`../nginx/${name}`, import.meta.url)), join(confd, name));
      const main = join(folder, "nginx.conf");
      writeFileSync(
        main,
        `pid ${join(folder, "pid")}; events {} http { access_log off; include ${confd}/*.conf; }\n`,
      );
      const told = execFileSync("sh", [
        "-c",
        'exec "$@" 2>&1',
        "sh",
        path,
        "-t",
        "-p",
        folder,
        "-e",
        "stderr",
        "-c",
        main,
      ]);
      expect(told.toString()).toContain("test is successful");
    });
  });
});
