import { type Dialect, jsonError, under } from "../http/dialect.ts";
import { errorPage, wantsPage } from "../http/error-page.ts";

/** How the sign-in page words errors: as a page, but to programs that ask for JSON. */
export const signInDialect: Dialect = {
  name: "sign-in",
  owns: under("/sign-in", "/sign-out"),
  validationStatus: 400,
  render: (error, context) =>
    wantsPage(context) ? errorPage(error, context) : jsonError(error.status, { detail: error.message }),
};
