import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { startProcess } from "../../scripts/fixture-process.ts";
import { freePort } from "../../server/test/free-port.ts";
import { temporaryFolder } from "../../server/test/world.ts";

const configuration = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../nginx/${name}`, import.meta.url)), "utf8");

export interface Nginx {
  readonly baseUrl: string;
  /** Sends requests to all but these ports from now on; resolves when nginx has taken that up. */
  leaveOut(...down: readonly number[]): Promise<void>;
}

/** A real nginx on loopback with the configuration of `deploy/nginx`, before processes on these ports. Ends with the test. */
export async function startNginx(path: string, ports: readonly number[]): Promise<Nginx> {
  const folder = await temporaryFolder();
  const port = await freePort();
  const upstream = join(folder, "fovea-upstream.conf");
  const writeUpstream = (down: readonly number[]) => {
    const [example = ""] = /^ *server .*$/m.exec(configuration("fovea-upstream.conf")) ?? [];
    const servers = ports.map((each) => {
      const line = example.replace(/:\d+/, `:${each}`);
      return down.includes(each) ? line.replace(";", " down;") : line;
    });
    // The lines of the file in the place of which ours come are next to each other.
    const lines = configuration("fovea-upstream.conf").split("\n");
    const first = lines.findIndex((line) => /^ *server /.test(line));
    const others = lines.filter((line) => !/^ *server /.test(line));
    writeFileSync(upstream, [...others.slice(0, first), ...servers, ...others.slice(first)].join("\n"));
  };
  writeUpstream([]);
  const site = join(folder, "fovea.conf");
  writeFileSync(site, configuration("fovea.conf").replace("127.0.0.1:8080", `127.0.0.1:${port}`));
  const main = join(folder, "nginx.conf");
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (kind) => `${kind}_temp_path ${join(folder, kind)};`,
  );
  writeFileSync(
    main,
    `daemon off; master_process on; worker_processes 1; pid ${join(folder, "nginx.pid")}; error_log stderr notice;
events { worker_connections 512; }
http { access_log off; ${temporary.join(" ")} include ${upstream}; include ${site}; }
`,
  );
  const nginx = startProcess(path, ["-p", folder, "-e", "stderr", "-c", main], {});
  // Killed, it would leave its workers behind.
  onTestFinished(async () => {
    nginx.child.kill("SIGTERM");
    await nginx.ended;
  });
  await nginx.shown("start worker process ");
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    async leaveOut(...down) {
      writeUpstream(down);
      const before = nginx.output().length;
      nginx.child.kill("SIGHUP");
      // The workers of before take nothing new from then on, and end when what they have under way has ended.
      await nginx.shownSince(before, /gracefully shutting down/);
    },
  };
}
