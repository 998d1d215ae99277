import { Fovea } from "@fovea/client";
import { basePath } from "./base-path.ts";

/** Asks the service that gave this page, with the session of whoever is signed in. */
export const fovea = new Fovea({ baseUrl: `${location.origin}${basePath}` });
