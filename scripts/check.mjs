import { fileURLToPath } from "node:url";
import { checkAll } from "./checks.mjs";
import { ensureInstalled } from "./install.mjs";
import { exitWith } from "./refusal.mjs";
import { requireNode } from "./runtime.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

await exitWith(async () => {
  requireNode();
  await ensureInstalled({ root });
  const args = process.argv.slice(2);
  return await checkAll({
    root,
    fast: args.includes("--fast"),
    filters: args.filter((argument) => argument !== "--fast"),
  });
});
