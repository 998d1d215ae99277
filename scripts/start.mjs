import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exitCode, runChild } from "./child.mjs";
import { ensureDashboard } from "./dashboard.mjs";
import { ensureInstalled, InstallInterrupted } from "./install.mjs";
import { exitWith } from "./refusal.mjs";
import { findRuntime, requireNode, runtimeEnvironment, serviceFlags } from "./runtime.mjs";
import { endWithNpm } from "./starter.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

await exitWith(async () => {
  requireNode();
  endWithNpm();
  try {
    await ensureInstalled({ root });
    await ensureDashboard({ root });
  } catch (error) {
    // Ctrl-C is how one says "enough", not an error that npm should frame in red.
    if (error instanceof InstallInterrupted && error.signal === "SIGINT") return 0;
    throw error;
  }
  const main = join(root, "server", "src", "main.ts");
  const ended = await runChild(findRuntime({ root }), [...serviceFlags(), main, ...process.argv.slice(2)], {
    // `.env` and a relative DATA_DIR belong to the clone, wherever the command was given.
    cwd: root,
    env: runtimeEnvironment(process.env, { root }),
    // The channel carries nothing: that it closes tells the server that this process was killed.
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    ownGroup: true,
  });
  // A Ctrl-C before the server listens for it ends it by the signal: as clean an end as any.
  if (ended.received === "SIGINT" && ended.signal === "SIGINT") return 0;
  return exitCode(ended);
});
