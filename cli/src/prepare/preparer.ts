/** What a picture is to become, as the Prepare API calls it. */
export interface Wish {
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  readonly format?: string | undefined;
  readonly quality?: number | undefined;
  readonly max_dimension?: number | undefined;
  readonly background_color?: string | undefined;
}

/** A picture as it is, or as it was made. */
export interface PictureFacts {
  /** `JPEG`, `PNG`, `GIF` or `WEBP`. */
  readonly format: string;
  /** Pixels, upright. */
  readonly width: number;
  readonly height: number;
  /** Size of the file. */
  readonly bytes: number;
  /** Input tokens for the model: an estimate; null where none is known. */
  readonly tokens: number | null;
}

export interface PreparedPicture {
  readonly bytes: Uint8Array;
  readonly before: PictureFacts;
  readonly after: PictureFacts;
  /** The model that tokens and scale are about. */
  readonly model: string;
  /** Coordinates in what the model sees times these are coordinates in the upright original. */
  readonly scale: { readonly x: number; readonly y: number };
  /** Of the encoding; null where nothing was lost to it. */
  readonly quality: number | null;
  /** The pixels are those of the original: at most metadata was cut out. */
  readonly passedThrough: boolean;
  readonly warnings: readonly string[];
}

/** Prepares pictures, here or at a service. */
export interface Preparer {
  /** @throws what says why this picture cannot be prepared */
  prepare(path: string): Promise<PreparedPicture>;
}
