import { basePath } from "./base-path.ts";

/** The address of something of the service, for links and pictures. @param path from its root, such as `/api/v1/batches` */
export const apiUrl = (path: string): string => `${basePath}${path}`;
