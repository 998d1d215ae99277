import { ensureTemplate, templateCache } from "./template.ts";

/** `node prepare.ts`, once after an install, so that the first start has a data folder to copy. */
await ensureTemplate(templateCache);
