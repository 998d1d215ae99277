import { AppError } from "../platform/errors.ts";

/** There is a row, and no bytes: somebody took them out of the storage, or changed them there. */
export const assetLost = () =>
  new AppError({ code: "media_file_lost", status: 404, message: "Media file not found in storage" });
