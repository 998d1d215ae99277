import { statfs } from "node:fs/promises";
import { loadCatalog } from "../../../server/src/models/catalog.ts";
import { exitCodes } from "../exit-codes.ts";
import { bytes } from "../terminal/units.ts";
import type { Finding } from "./check.ts";

const oldestNode = [20, 19] as const;
const littleSpace = 2 ** 30;
const tooLittleSpace = 100 * 2 ** 20;

/** What the command needs of the machine it runs on. */
export async function examineMachine(folder: string): Promise<readonly Finding[]> {
  return [node(process.versions.node), await pictures(), catalog(), await disk(folder)];
}

function node(version: string): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor, oldestMinor] = oldestNode;
  const recent = major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
  return recent
    ? { name: "node", state: "ok", message: `Node.js ${version}` }
    : {
        name: "node",
        state: "fail",
        message: `Node.js ${version}; ${oldestNode.join(".")} or later is needed: https://nodejs.org/en/download`,
        exitCode: exitCodes.unexpected,
      };
}

async function pictures(): Promise<Finding> {
  try {
    const { default: sharp } = await import("sharp");
    return {
      name: "pictures",
      state: "ok",
      message: `sharp ${sharp.versions.sharp}, libvips ${sharp.versions.vips}`,
    };
  } catch (error) {
    const [reason = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    return {
      name: "pictures",
      state: "fail",
      message: `sharp cannot be loaded (${reason}). Install the command again with npm install --include=optional.`,
      exitCode: exitCodes.unexpected,
    };
  }
}

function catalog(): Finding {
  const { as_of, models } = loadCatalog();
  return { name: "models", state: "ok", message: `${models().length} models, as of ${as_of}` };
}

async function disk(folder: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const message = `${bytes(free)} free here`;
  if (free < tooLittleSpace) {
    return {
      name: "disk",
      state: "fail",
      message: `${message}: make room first`,
      exitCode: exitCodes.unexpected,
    };
  }
  return free < littleSpace
    ? { name: "disk", state: "warn", message: `${message}: enough for some pictures, not for many` }
    : { name: "disk", state: "ok", message };
}
