// `npm run packages`: writes packages/*.tgz, the clients for npm and the command, for projects of somebody's own.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exitCode, runChild } from "./child.mjs";
import { ensureInstalled, npmCommand } from "./install.mjs";
import { exitWith } from "./refusal.mjs";
import { requireNode } from "./runtime.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, "packages");

await exitWith(async () => {
  requireNode();
  await ensureInstalled({ root });
  await mkdir(folder, { recursive: true });
  const { command, args } = npmCommand({ root });
  // Each builds itself before it is packed, of nothing but its sources.
  const workspaces = ["sdk/typescript", "sdk/react", "cli"].map((each) => `--workspace=${each}`);
  const pack = ["pack", "--silent", `--pack-destination=${folder}`, ...workspaces];
  return exitCode(await runChild(command, [...args, ...pack], { cwd: root, stdio: "inherit" }));
});
