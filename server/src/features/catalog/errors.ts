import { type Dialect, jsonError, under } from "../../platform/http/dialect.ts";

/** How the catalog API words errors. */
export const catalogDialect: Dialect = {
  name: "catalog",
  owns: under(
    "/api/v1/upload",
    "/api/v1/requests",
    "/api/v1/status",
    "/api/v1/webhook",
    "/api/v1/images/processed",
  ),
  validationStatus: 400,
  render: (error) => jsonError(error.status, { detail: error.message }),
};
