import { addAbortSignal, type Readable } from "node:stream";
import type { RawPixels } from "@fovea/imaging";
import { iconLicence } from "../../models/icons/local/icon-licence.ts";
import { type ZipEntry, zipBytes } from "../../platform/tables/zip.ts";
import { type ArchivedBatch, indexCss, indexHtml, indexJson } from "./archive-index.ts";
import type { ArchivedFile, ArchivedIcon, ListedFile, ListedIcon } from "./archived-icon.ts";
import { contactSheet } from "./contact-sheet.ts";
import { parseImagePath } from "./icon-file-name.ts";

export interface BatchArchive {
  readonly batch: ArchivedBatch;
  /** In the order of the batch; read once, and only as fast as the archive is. */
  readonly icons: AsyncIterable<ArchivedIcon> | Iterable<ArchivedIcon>;
  /** Bytes of a stored file, to be read or destroyed; null where it is gone. */
  readonly open: (name: string) => Promise<Readable | null>;
  /** A stored icon as `iconThumbnail` makes it; null where it is gone or cannot be read. */
  readonly thumbnail: (file: ArchivedFile, signal: AbortSignal) => Promise<RawPixels | null>;
}

/**
 * A batch as a ZIP, made while it is read: the icons below `icons/`, a contact sheet of them, an index for people and one
 * for programs, and the licence of the open icon set where icons of it are in there. The same batch is the same archive.
 *
 * What is gone or failed is in the indexes with its reason. A reader that leaves, or the signal, ends what is under way.
 */
export function streamArchive(archive: BatchArchive, signal: AbortSignal): Readable {
  return addAbortSignal(signal, zipBytes(entries(archive, signal), archive.batch.createdAt));
}

async function* entries(
  { batch, icons, open, thumbnail }: BatchArchive,
  signal: AbortSignal,
): AsyncGenerator<ZipEntry> {
  const listed: ListedIcon[] = [];
  // The same category may stand in a batch twice under two names, and then it is one icon.
  const stored = new Map<string, ListedFile>();

  async function* store(file: ArchivedFile): AsyncGenerator<ZipEntry> {
    if (parseImagePath(file.name) !== file.name)
      throw new TypeError(`An icon cannot be called ${JSON.stringify(file.name)}.`);
    const bytes = stored.has(file.name) ? null : await open(file.name);
    if (bytes === null) return;
    const path = `icons/${file.name}`;
    stored.set(file.name, { ...file, path });
    try {
      yield { name: path, content: () => bytes, compress: file.format === "svg" };
    } finally {
      // The reader may have left before it was opened.
      bytes.destroy();
    }
  }

  for await (const icon of icons) {
    const files = icon.outcome.as === "made" ? icon.outcome.files : [];
    for (const file of files) yield* store(file);
    listed.push(listedAs(icon, stored));
  }
  const mains = [...new Set(listed.flatMap(({ files }) => files.slice(0, 1)))];
  if (mains.length > 0) {
    const thumbnails = (async function* () {
      for (const file of mains) yield await thumbnail(file, signal);
    })();
    const content = () => contactSheet(mains.length, thumbnails);
    yield { name: "contact-sheet.png", content, compress: false };
  }
  yield text("index.html", indexHtml(batch, listed));
  yield text("index.css", indexCss);
  yield text("index.json", indexJson(batch, listed));
  if (listed.some(isLocal)) yield text("LICENSE-lucide.txt", iconLicence());
}

const text = (name: string, content: string): ZipEntry => ({
  name,
  content: () => [content],
  compress: true,
});

const isLocal = ({ icon: { outcome }, files }: ListedIcon) =>
  files.length > 0 && outcome.as === "made" && outcome.provider === "local";

function listedAs(icon: ArchivedIcon, stored: ReadonlyMap<string, ListedFile>): ListedIcon {
  const { outcome } = icon;
  if (outcome.as === "failed")
    return { icon, files: [], error: { code: outcome.code, message: outcome.message } };
  const files = outcome.files.flatMap(({ name }) => stored.get(name) ?? []);
  return { icon, files, error: files.length > 0 ? null : gone };
}

const gone = { code: "image_not_found", message: "Its file is not there any more." };
