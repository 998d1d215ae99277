import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { photo } from "../server/test/pictures.ts";
import { httpRequest, load, median, readPort, startService } from "./load.ts";

const folder = fileURLToPath(new URL("ipx", import.meta.url));
const rounds = 3;
const seconds = 5;
const token = { authorization: "Bearer test-token" };
/** Quality asked of both; PNG has none, and ipx would reduce its colours if it were given one. */
const formats = { jpeg: 80, png: null, webp: 75 } as const;

/**
 * Side by side with ipx: the same photos fitted to 512 pixels. ipx reads them from disk, the service gets them in the
 * request. AVIF has no row: no model in the catalog reads it, so the service does not write it.
 */
export async function ipx(): Promise<void> {
  if (!existsSync(join(folder, "node_modules"))) {
    const installed = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: folder, stdio: "inherit" });
    if (installed.status !== 0) throw new Error("ipx could not be installed");
  }
  const pictures = mkdtempSync(join(tmpdir(), "fovea-ipx-"));
  const bodies: Buffer[] = [];
  for (let seed = 1; seed <= 4; seed += 1) {
    const picture = await (await photo(2040, 1360, seed)).jpeg({ quality: 92 }).toBuffer();
    bodies.push(picture);
    writeFileSync(join(pictures, `${seed}.jpg`), picture);
  }
  const other = spawn(process.execPath, [join(folder, "server.mjs"), pictures], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ipxPort = await readPort(other);
  const service = await startService({ LOG_LEVEL: "warn" });
  console.log(
    `4 photos of 2040x1360, fitted to 512 pixels; ${rounds} alternating rounds of ${seconds} s, pictures/s`,
  );
  for (const [format, quality] of Object.entries(formats)) {
    const modifiers = `w_512,h_512,fit_inside,f_${format}${quality === null ? "" : `,q_${quality}`}`;
    const theirs = bodies.map((_, index) => httpRequest("GET", `/${modifiers}/${index + 1}.jpg`));
    const path = `/api/v1/process?provider=claude&max_dimension=512&format=${format}${quality === null ? "" : `&quality=${quality}`}`;
    const headers = { ...token, accept: "image/*", "content-type": "image/jpeg" };
    const ours = bodies.map((body) => httpRequest("POST", path, headers, body));
    const rates = { ours: [] as number[], theirs: [] as number[] };
    const bytes = { ours: 0, theirs: 0 };
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, port, requests] of [
        ["theirs", ipxPort, theirs],
        ["ours", service.port, ours],
      ] as const) {
        const report = await load({ port, requests, connections: availableParallelism() + 2, seconds });
        const done = report.statuses["200"] ?? 0;
        if (Object.keys(report.statuses).length !== 1 || done === 0)
          throw new Error(JSON.stringify(report.statuses));
        rates[name].push(done / report.seconds);
        bytes[name] = report.bytes / done;
      }
    }
    const ratio = median(rates.ours.map((rate, round) => rate / (rates.theirs[round] ?? 1)));
    console.log(
      `  ${format.padEnd(5)} Fovea ${median(rates.ours).toFixed(1)}, ipx ${median(rates.theirs).toFixed(1)}, ratio ${ratio.toFixed(2)}; ` +
        `bytes ${Math.round(bytes.ours)} and ${Math.round(bytes.theirs)}`,
    );
  }
  await service.stop();
  other.kill("SIGTERM");
  await once(other, "exit");
  rmSync(pictures, { recursive: true });
}
