import { spawn } from "node:child_process";
import { addressOf } from "../connection.ts";
import type { Context } from "../context.ts";
import { type ExitCode, exitCodes, wrongUsage } from "../exit-codes.ts";

/** Opens a page of the service, and prints its address in any case. */
export async function openPage(
  context: Context,
  what: string | undefined,
  id: string | undefined,
): Promise<ExitCode> {
  const url = pageOf(addressOf(context.options, context.environment), what, id);
  if (context.options.json) context.terminal.printJson({ url });
  else context.terminal.print(url);
  if (!(await openInBrowser(url, context.environment))) {
    context.terminal.say("There is no browser to open here: open the address yourself.");
  }
  return exitCodes.ok;
}

function pageOf(base: string, what: string | undefined, id: string | undefined): string {
  // Whatever opens it takes more than addresses of pages: a file, another program's scheme.
  if (!/^https?:$/.test(URL.canParse(base) ? new URL(base).protocol : "")) {
    throw wrongUsage("--url or FOVEA_URL: expected an address such as http://127.0.0.1:8000.");
  }
  const root = base.replace(/\/+$/, "");
  if (what === undefined) return `${root}/`;
  if (what !== "batch") throw wrongUsage(`There is no page "${what}"; expected: fovea open [batch ID].`);
  if (id === undefined) throw wrongUsage("Which batch? `fovea batch list` has their ids.");
  return `${root}/batch/${encodeURIComponent(id)}`;
}

/** @returns false where there is nothing to open it with */
function openInBrowser(url: string, environment: NodeJS.ProcessEnv): Promise<boolean> {
  const [command, ...args] = openerOf(environment);
  if (command === undefined) return Promise.resolve(false);
  return new Promise((resolve) => {
    // No shell in between, for which an `&` in the address would be the end of the command.
    const child = spawn(command, [...args, url], { detached: true, stdio: "ignore" });
    child.once("error", () => resolve(false));
    child.once("spawn", () => {
      child.unref();
      resolve(true);
    });
  });
}

function openerOf(environment: NodeJS.ProcessEnv): string[] {
  if (environment["BROWSER"]) return [environment["BROWSER"]];
  if (process.platform === "darwin") return ["open"];
  if (process.platform === "win32") return ["rundll32", "url.dll,FileProtocolHandler"];
  return environment["DISPLAY"] || environment["WAYLAND_DISPLAY"] ? ["xdg-open"] : [];
}
