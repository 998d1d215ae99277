import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Output } from "../images/contract.ts";
import type { MadePicture } from "./contract.ts";

/** What of the stored files is needed here. */
interface PictureFiles {
  put(name: string, bytes: Buffer): Promise<unknown>;
  /** Names that begin so, in their order. */
  list(prefix: string): AsyncIterable<{ readonly name: string }>;
}

/** Puts away what a start has brought: pictures that came as bytes are on disk before anything is done with them. */
export interface PictureKeeper {
  keep(startId: string, outputs: readonly Output[]): Promise<readonly MadePicture[]>;
  /** Names of the files of a start, whose process may have ended before it could tell of them. */
  kept(startId: string): Promise<readonly string[]>;
}

/** Milliseconds: a storage that is away for a minute costs nobody the pictures they have paid for. */
const pausesMs = [250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000];

const prefixOf = (startId: string) => `arrived/${startId}-`;

export function createPictureKeeper(files: PictureFiles): PictureKeeper {
  const put = async (name: string, bytes: Buffer): Promise<void> => {
    for (const ms of pausesMs) {
      try {
        await files.put(name, bytes);
        return;
      } catch {
        await pause(ms);
      }
    }
    await files.put(name, bytes);
  };
  return {
    async keep(startId, outputs) {
      return await Promise.all(
        outputs.map(async (output, index) => {
          const picture = { id: randomUUID(), seed: output.seed };
          if ("url" in output) return { ...picture, url: output.url };
          const file = `${prefixOf(startId)}${index}`;
          await put(file, output.bytes);
          return { ...picture, file };
        }),
      );
    },
    async kept(startId) {
      const names: string[] = [];
      for await (const { name } of files.list(prefixOf(startId))) names.push(name);
      return names;
    },
  };
}
