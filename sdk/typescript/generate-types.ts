import { writeFileSync } from "node:fs";
import { namedShapes } from "./generate/named-shapes.ts";
import { openApiDocument } from "./generate/openapi-document.ts";
import { operationsFile } from "./generate/operations-file.ts";

/** Writes the types of what the service takes and answers, which `@fovea/client` is made of. */
writeFileSync(
  new URL("src/generated/operations.ts", import.meta.url),
  operationsFile(await openApiDocument(), namedShapes),
);
