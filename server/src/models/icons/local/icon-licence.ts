import { readFileSync } from "node:fs";

/** Under what everyone may use, change and pass on the icons of the set, as its makers wrote it. */
export const iconLicence = (): string =>
  readFileSync(new URL("search-words.LICENSE", import.meta.url), "utf8");
