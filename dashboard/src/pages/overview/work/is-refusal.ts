import { ApiError } from "@fovea/client";

/** Whether the service asks for another credential: asking again changes nothing. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 401 || error.status === 403);
