import { readFile } from "node:fs/promises";
import type { Fovea } from "@fovea/client";
import type { CommonOptions, Context } from "./context.ts";
import { wrongUsage } from "./exit-codes.ts";
import { visible } from "./terminal/visible.ts";

const usualAddress = "http://127.0.0.1:8000";

/** Where the service is, and who said so. */
export const addressOf = (options: CommonOptions, environment: NodeJS.ProcessEnv) =>
  options.url ?? (environment["FOVEA_URL"] || undefined) ?? usualAddress;

/**
 * The client of the service that the options and the environment name. Nothing is sent yet.
 *
 * @throws {Failure} for an address that is none, or a file with a token that cannot be read
 */
export async function connect({
  options,
  environment,
}: Pick<Context, "options" | "environment">): Promise<Fovea> {
  const { Fovea } = await import("@fovea/client");
  const token =
    options.tokenFile === undefined
      ? secretOf(environment, "FOVEA_TOKEN")
      : await readToken(options.tokenFile);
  try {
    return new Fovea({
      baseUrl: addressOf(options, environment),
      token,
      apiKey: secretOf(environment, "FOVEA_API_KEY"),
      adminToken: secretOf(environment, "FOVEA_ADMIN_TOKEN"),
    });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw wrongUsage(`--url or FOVEA_URL: ${error.message.replace(/^baseUrl: /, "")}`);
  }
}

/** What a header cannot hold is told by the name of its variable: the value is nothing to be shown. */
function secretOf(environment: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = environment[name]?.trim();
  if (value && /[^ -~]/.test(value)) throw wrongUsage(`${name}: expected one line of plain characters.`);
  return value || undefined;
}

/** Not on the command line itself: there every process of the machine could read it, and the shell would remember it. */
async function readToken(path: string): Promise<string> {
  const token = (await readFile(path, "utf8")).trim();
  if (token === "" || /\s/.test(token)) {
    throw wrongUsage(`--token-file: ${visible(path)} should hold a token and nothing else.`);
  }
  return token;
}
