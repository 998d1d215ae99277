import type { AppError } from "../errors.ts";
import type { ErrorContext, RenderedError } from "./dialect.ts";

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text that is safe between tags and in quoted attributes. */
export const escapeHtml = (text: string) =>
  text.replace(/[&<>"']/g, (character) => entities[character] ?? "");

/** A page without script or style of its own, so it needs nothing a content policy could forbid. */
export function errorPage(error: AppError, { correlationId }: ErrorContext): RenderedError {
  const title = `${error.status} ${escapeHtml(error.message)}`;
  return {
    status: error.status,
    contentType: "text/html; charset=utf-8",
    body: `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<h1>${title}</h1>
<p>Request ${escapeHtml(correlationId)}</p>
</html>
`,
  };
}
