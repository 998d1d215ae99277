import { allocator } from "./allocator.bench.ts";
import { analysis } from "./analysis.bench.ts";
import { analysisKills } from "./analysis-kills.bench.ts";
import { byteLimit } from "./byte-limit.bench.ts";
import { catalog } from "./catalog.bench.ts";
import { cli } from "./cli.bench.ts";
import { client } from "./client.bench.ts";
import { compressing } from "./compress.bench.ts";
import { csv } from "./csv.bench.ts";
import { dashboard } from "./dashboard.bench.ts";
import { database } from "./database.bench.ts";
import { encoders } from "./encoders.bench.ts";
import { engine } from "./engine.bench.ts";
import { engineGrowth } from "./engine-growth.bench.ts";
import { engineKills } from "./engine-kills.bench.ts";
import { events } from "./events.bench.ts";
import { exports } from "./export.bench.ts";
import { icons } from "./icons.bench.ts";
import { ipx } from "./ipx.bench.ts";
import { jobs } from "./jobs.bench.ts";
import { media } from "./media.bench.ts";
import { overload } from "./overload.bench.ts";
import { passThroughTimes } from "./pass-through.bench.ts";
import { purge } from "./purge.bench.ts";
import { quotas, quotasFast } from "./quotas.bench.ts";
import { quotaBatches } from "./quotas-batches.bench.ts";
import { sizing } from "./sizing.bench.ts";
import { start } from "./start.bench.ts";
import { webhooks } from "./webhooks.bench.ts";
import { wire } from "./wire.bench.ts";

/** What has more to print prints it with this. */
const detailsFlag = "--details";
const details = process.argv.includes(detailsFlag);

const benches: Readonly<Record<string, () => Promise<void>>> = {
  wire,
  analysis,
  "analysis-kills": analysisKills,
  csv,
  export: exports,
  purge,
  "pass-through": passThroughTimes,
  "byte-limit": byteLimit,
  catalog: () => catalog({ details }),
  client,
  overload,
  allocator,
  dashboard,
  database,
  engine,
  "engine-growth": engineGrowth,
  "engine-kills": engineKills,
  quotas,
  "quotas-fast": quotasFast,
  "quotas-batches": quotaBatches,
  encoders,
  compress: compressing,
  icons,
  ipx,
  cli,
  start,
  sizing,
  jobs,
  media,
  webhooks,
  events,
};

const names = process.argv.slice(2).filter((argument) => argument !== detailsFlag);
const unknown = names.filter((name) => !(name in benches));
if (names.length === 0 || unknown.length > 0) {
  console.error(
    `Usage: npm run bench -- <name> … [${detailsFlag}]\n\nNames: ${Object.keys(benches).join(", ")}`,
  );
  process.exit(1);
}
for (const name of names) {
  console.log(`\n# ${name}`);
  await benches[name]?.();
}
