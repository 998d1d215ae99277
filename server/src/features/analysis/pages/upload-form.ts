import { escapeHtml } from "../../../platform/html.ts";

/** A form that works without scripts: the batch's page comes back. */
export const uploadForm = (basePath: string): string => `<form method="post" action="${escapeHtml(
  `${basePath}/upload`,
)}" enctype="multipart/form-data">
<p><label for="file">CSV with a column of image addresses (<a href="${escapeHtml(`${basePath}/export/template`)}">template</a>)</label></p>
<p><input id="file" name="file" type="file" accept=".csv,.csv.gz,text/csv" required> <button>Upload</button></p>
</form>`;
