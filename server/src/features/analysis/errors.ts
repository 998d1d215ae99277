import { type Dialect, jsonError, under } from "../../platform/http/dialect.ts";
import { errorPage, wantsPage } from "../../platform/http/error-page.ts";

const render: Dialect["render"] = (error, { timestamp }) =>
  jsonError(error.status, { success: false, error: error.message, error_type: error.code, timestamp });

const isApi = under("/api/v1/batches", "/api/v1/batch", "/api/v1/export", "/api/v1/system");

/** How the batch API words errors. */
export const analysisDialect: Dialect = {
  name: "analysis",
  // `/admin` itself is a page.
  owns: (path) => isApi(path) || path.startsWith("/admin/"),
  validationStatus: 400,
  render,
};

const isPage = under("/batch", "/system/status", "/admin", "/export", "/upload");

/** The same API's pages: HTML for people, JSON for whoever asks for it. */
export const analysisPagesDialect: Dialect = {
  name: "analysis pages",
  owns: (path) => path === "/" || isPage(path),
  validationStatus: 400,
  render: (error, context) => (wantsPage(context) ? errorPage(error, context) : render(error, context)),
};
