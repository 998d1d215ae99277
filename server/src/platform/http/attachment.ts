import { create } from "content-disposition";

/** Header of a download: the name as it is, and in ASCII for clients that know nothing else (RFC 6266). */
export const attachment = (fileName: string): string =>
  create(fileName, { fallback: fileName.replace(/[^\x20-\x7e]/g, "_") });
