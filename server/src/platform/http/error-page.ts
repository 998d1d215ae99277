import type { AppError } from "../errors.ts";
import { escapeHtml } from "../html.ts";
import type { ErrorContext, RenderedError } from "./dialect.ts";

/** Whether an error is to be a page; JSON is for whoever asks for it and not for HTML. */
export const wantsPage = ({ accept }: ErrorContext): boolean =>
  !/application\/json/i.test(accept) || /text\/html/i.test(accept);

/** A page without script or style of its own, so it needs nothing a content policy could forbid. */
export function errorPage(error: AppError, { correlationId }: ErrorContext): RenderedError {
  const title = `${error.status} ${escapeHtml(error.message)}`;
  const wait = error.headers["retry-after"];
  return {
    status: error.status,
    contentType: "text/html; charset=utf-8",
    body: `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<h1>${title}</h1>
${wait === undefined ? "" : `<p>Try again in ${escapeHtml(wait)} seconds.</p>\n`}<p>Request ${escapeHtml(correlationId)}</p>
</html>
`,
  };
}
