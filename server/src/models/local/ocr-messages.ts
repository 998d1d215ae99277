/** Pixels of the picture that was read. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface OcrWord {
  readonly text: string;
  /** 0 to 100, as the recogniser thinks of itself. */
  readonly confidence: number;
  readonly box: Box;
}

/** One line as recognised, its words from left to right. */
export interface OcrLine {
  readonly words: readonly OcrWord[];
}

/**
 * How lines are looked for. `page` finds columns, paragraphs and lines and ignores what fits into none; `sparse` takes
 * any letters anywhere, and sees many where there are none.
 */
export type OcrLayout = "page" | "sparse";

/** What a thread is started with. */
export interface OcrOrder {
  /** Folder that holds `eng.traineddata.gz`. */
  readonly languageFolder: string;
}

export interface ToOcrThread {
  /** A greyscale picture as a PGM file. */
  readonly image: Uint8Array;
  readonly layout: OcrLayout;
}

export type FromOcrThread = "ready" | { readonly lines: readonly OcrLine[] } | { readonly failure: string };
