import { type Dialect, jsonError, under } from "../../platform/http/dialect.ts";

/** How the icon API words errors. */
export const iconsDialect: Dialect = {
  name: "icons",
  owns: under("/api/icons", "/api/images"),
  validationStatus: 400,
  render: (error, { path }) =>
    jsonError(error.status, {
      ...(path === "/api/icons/generate" ? { success: false } : {}),
      message: error.message,
      error: error.code,
      metadata: error.details,
    }),
};
