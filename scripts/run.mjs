import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { exitCode, runChild } from "./child.mjs";
import { ensureInstalled } from "./install.mjs";
import { exitWith, Refusal } from "./refusal.mjs";
import { findRuntime, requireNode, runtimeEnvironment, runtimeFlags } from "./runtime.mjs";
import { findTool } from "./tools.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

await exitWith(async () => {
  requireNode();
  const [target, ...args] = process.argv.slice(2);
  if (!target) throw new Refusal("Usage: node scripts/run.mjs <file.ts | tool> [arguments]");
  await ensureInstalled({ root });
  const script = target.endsWith(".ts") ? resolve(root, target) : findTool({ root, tool: target });
  return exitCode(
    await runChild(findRuntime({ root }), [...runtimeFlags, script, ...args], {
      env: runtimeEnvironment(process.env, { root }),
      stdio: "inherit",
    }),
  );
});
