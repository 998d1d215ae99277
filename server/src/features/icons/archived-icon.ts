import type { IconItem } from "./batch-plan.ts";
import type { IconFormat } from "./choices.ts";

/** A stored file of an icon of a batch. */
export interface ArchivedFile {
  /** As `iconFileName` made it. */
  readonly name: string;
  readonly format: IconFormat;
  /** Pixels of a side; null for the file that the icon itself is. */
  readonly size: number | null;
}

/** An icon of a batch, as it ended. */
export interface ArchivedIcon {
  readonly item: IconItem;
  readonly outcome:
    | {
        readonly as: "made";
        /** The one that the icon itself is first. */
        readonly files: readonly [ArchivedFile, ...ArchivedFile[]];
        /** `local` for those of the open set. */
        readonly provider: string;
        /** What else is known of it, in the words of the API. */
        readonly facts: Readonly<Record<string, unknown>>;
      }
    | { readonly as: "failed"; readonly code: string; readonly message: string };
}

/** The same, after its files were put into an archive. */
export interface ListedIcon {
  readonly icon: ArchivedIcon;
  /** Paths within the archive; none of one that failed, or whose files are gone. */
  readonly files: readonly ListedFile[];
  /** Why there is no file of it; null where there is one. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface ListedFile extends ArchivedFile {
  readonly path: string;
}
