import { stat } from "node:fs/promises";
import type { TableInput } from "@fovea/client";
import type { Context } from "../context.ts";
import { wrongUsage } from "../exit-codes.ts";
import { visible } from "../terminal/visible.ts";

/**
 * A CSV to upload: of a file as it is sent, or of standard input.
 *
 * @throws {Failure} where there is none
 */
export async function tableInput(path: string, { stdin }: Pick<Context, "stdin">): Promise<TableInput> {
  if (path === "-") {
    if (stdin.isTTY)
      throw wrongUsage("- stands for standard input, and a terminal is there: send a CSV with a pipe.");
    return stdin;
  }
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw error.code === "ENOENT" ? wrongUsage(`There is no file ${visible(path)}.`) : error;
  });
  if (!found.isFile()) throw wrongUsage(`${visible(path)} is no file.`);
  return { path };
}
