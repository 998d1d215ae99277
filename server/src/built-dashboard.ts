import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../dashboard/dist", import.meta.url));

/** Where `npm start` has built the dashboard; null where nobody has. */
export const builtDashboard = (): string | null => (existsSync(`${folder}/index.html`) ? folder : null);
