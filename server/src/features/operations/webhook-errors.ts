import { type Dialect, jsonError, under } from "../../platform/http/dialect.ts";

/** How the API of webhooks words errors. */
export const webhooksDialect: Dialect = {
  name: "webhooks",
  owns: under("/api/v1/webhooks"),
  validationStatus: 400,
  render: (error) => jsonError(error.status, { detail: error.message }),
};
