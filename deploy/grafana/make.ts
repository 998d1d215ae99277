// `node scripts/run.mjs deploy/grafana/make.ts` writes fovea.json, which Grafana imports, of rows.ts.
import { writeFileSync } from "node:fs";
import { dashboardText } from "./dashboard.ts";
import { rows } from "./rows.ts";

writeFileSync(new URL("fovea.json", import.meta.url), dashboardText(rows));
