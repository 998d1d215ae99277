import { join } from "node:path";
import { ensureDashboard } from "../../scripts/dashboard.mjs";

await ensureDashboard({ root: join(import.meta.dirname, "..", "..") });
