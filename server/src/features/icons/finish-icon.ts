import { randomUUID } from "node:crypto";
import type { NewAsset } from "../../assets/asset.ts";
import type { Assets } from "../../assets/assets.ts";
import type { Generations } from "../../models/generation/contract.ts";
import type { Database } from "../../platform/database/database.ts";
import type { StoredFile } from "../../platform/files/files.ts";
import {
  filesFor,
  isSame,
  nameOf,
  sizesNotMade,
  type Variant,
  variantOf,
  variantsOf,
} from "./file-variants.ts";
import {
  contentTypes,
  type IconFile,
  type IconFilesDeps,
  type IconPicture,
  makeIconFiles,
} from "./icon-files.ts";
import { countIcons } from "./icon-numbers.ts";
import {
  holdIcon,
  type IconFacts,
  type IconFileRow,
  IconRemoved,
  insertIconFiles,
  markReady,
  type StoredIcon,
} from "./icon-store.ts";
import { type MadeIcon, madeOf } from "./made-icon.ts";
import type { IconOutput } from "./requests.ts";

export interface FinishOptions {
  readonly database: Database;
  readonly assets: Pick<Assets, "put" | "insert">;
  readonly generations: Pick<Generations, "forget">;
  readonly files: IconFilesDeps;
  /** Of a stored file that belongs to nothing, by its name in the storage. */
  readonly removeFile: (name: string) => Promise<void>;
  /** How long an icon is kept; null for good. Milliseconds. */
  readonly keptMs: number | null;
  readonly now: () => Date;
}

/** What an icon's files are made of, and what is told of it. */
export interface IconSource {
  readonly picture: IconPicture;
  readonly facts: IconFacts;
  readonly attempts: number;
}

interface StoredIconFile {
  readonly row: IconFileRow;
  readonly file: IconFile;
  readonly stored: StoredFile;
}

/** Pixels of what a model made; null for a drawing, which has none. */
export const largestOf = ({ pixels }: IconFacts): number | null =>
  typeof pixels === "number" ? pixels : null;

/** What a model made is kept so, whatever is asked for: every other file is made of it. */
export const master: Variant = { format: "png", sides: "" };

/**
 * Has those files of an icon made and stored that are asked for and not there, and says that it is there. Done again it
 * does the same under the same names.
 *
 * @param known its files that are there
 */
export function createFinish(options: FinishOptions) {
  const { database, assets, generations, now } = options;

  const makeMissing = async (
    icon: StoredIcon,
    known: readonly IconFileRow[],
    picture: IconPicture,
    output: IconOutput,
    signal: AbortSignal,
  ) => {
    const made: StoredIconFile[] = [];
    const add = async (file: IconFile, variant: Variant) => {
      if ([...known, ...made.map(({ row }) => row)].some((row) => isSame(row, variant))) return;
      const name = nameOf(icon, variant);
      const contentType = contentTypes[file.format];
      const stored = await assets.put(`icons/${name}`, file.bytes, { contentType, signal });
      made.push({ row: { assetId: randomUUID(), name, ...variant, size: stored.size }, file, stored });
    };
    let source = picture;
    let largest: number | null = null;
    if (picture.as === "pixels") {
      const whole = { format: "png", sizes: [] } as const;
      const [file] = await makeIconFiles(picture, whole, options.files, signal);
      if (!file) throw new Error("an icon has no file");
      await add(file, master);
      source = { as: "pixels", bytes: file.bytes };
      largest = file.width;
    }
    for (const file of await makeIconFiles(source, output, options.files, signal))
      await add(file, variantOf(file, output, largest));
    return { made, largest };
  };

  return async (
    icon: StoredIcon,
    known: readonly IconFileRow[],
    { picture, facts: told, attempts }: IconSource,
    output: IconOutput,
    signal: AbortSignal,
  ): Promise<MadeIcon> => {
    const { id, owner } = icon;
    const { made, largest } = await makeMissing(icon, known, picture, output, signal);
    const facts = largest === null ? told : { ...told, pixels: largest };
    const readyAt = now();
    const expiresAt = options.keptMs === null ? null : new Date(readyAt.getTime() + options.keptMs);
    const madeMs = Math.max(0, readyAt.getTime() - icon.begunAt.getTime());
    const isNew = await database.transaction(async (tx) => {
      try {
        await holdIcon(tx, id);
      } catch (error) {
        // Nobody would ever look for them.
        if (error instanceof IconRemoved)
          for (const { row } of made) await options.removeFile(`icons/${row.name}`);
        throw error;
      }
      const wasMade = await markReady(tx, id, { facts, readyAt, expiresAt, madeMs });
      await assets.insert(
        tx,
        made.map(
          ({ row, file, stored }): NewAsset => ({
            ...{ id: row.assetId, owner, feature: "icons", name: `icons/${row.name}`, stored },
            ...{ contentType: file.contentType, width: file.width, height: file.height },
            ...{ createdAt: readyAt, expiresAt },
          }),
        ),
      );
      const rows = made.map(({ row }) => row);
      await insertIconFiles(tx, icon, rows, readyAt);
      await generations.forget(tx, [id]);
      const counts = { generated: 1, misses: 1, generationMs: madeMs, lastGeneration: readyAt };
      await countIcons(tx, owner, wasMade ? counts : { hits: 1 });
      return wasMade;
    });
    const files = filesFor([...known, ...made.map(({ row }) => row)], variantsOf(output, largest));
    if (!files) throw new Error("files of an icon were made and are not there");
    return madeOf(isNew ? { facts, madeMs } : icon, files, {
      ...{ cached: !isNew, attempts },
      notMade: sizesNotMade(output, largest),
    });
  };
}
