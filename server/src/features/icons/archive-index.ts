import { escapeHtml } from "../../platform/html.ts";
import type { ListedIcon } from "./archived-icon.ts";

export interface ArchivedBatch {
  readonly id: string;
  readonly createdAt: Date;
}

const successful = (icons: readonly ListedIcon[]) => icons.filter(({ error }) => error === null).length;

/** `index.json` of an archive. */
export function indexJson(batch: ArchivedBatch, icons: readonly ListedIcon[]): string {
  const there = successful(icons);
  const index = {
    batch_id: batch.id,
    created_at: batch.createdAt.toISOString(),
    total: icons.length,
    successful: there,
    failed: icons.length - there,
    icons: icons.map(({ icon: { item, outcome }, files, error }) => ({
      ...{ category: item.category, style: item.style, color_scheme: item.colorScheme },
      variation: item.variation,
      custom_elements: item.customElements,
      file: files[0]?.path ?? null,
      files: files.map(({ path, format, size }) => ({ path, format, size })),
      ...(outcome.as === "made" ? { provider: outcome.provider, facts: outcome.facts } : {}),
      error,
    })),
  };
  return `${JSON.stringify(index, null, 2)}\n`;
}

/** `index.html` of an archive: opened from a disk it shows all icons with their names; it has no script. */
export function indexHtml(batch: ArchivedBatch, icons: readonly ListedIcon[]): string {
  const there = successful(icons);
  const figures = icons.map(figureOf).join("\n");
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="script-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width">
<title>Icons of ${escapeHtml(batch.createdAt.toISOString())}</title>
<link rel="stylesheet" href="index.css">
<h1>${there} of ${icons.length} icons</h1>
<p>Batch ${escapeHtml(batch.id)}, ${escapeHtml(batch.createdAt.toISOString())}</p>
<main>
${figures}
</main>
</html>
`;
}

function figureOf({ icon: { item, outcome }, files, error }: ListedIcon): string {
  const name = escapeHtml(item.category);
  const look = escapeHtml(`${item.style}, ${item.colorScheme.replaceAll("_", " ")}`);
  const [main] = files;
  const path = escapeHtml(main?.path ?? "");
  const picture = main
    ? `<a href="${path}"><img src="${path}" alt="${name}" width="128" height="128" loading="lazy"></a>`
    : `<p class="missing">${escapeHtml(error?.message ?? "")}</p>`;
  const source = outcome.as === "made" ? `<small>${escapeHtml(outcome.provider)}</small>` : "";
  return `<figure>${picture}<figcaption><b>${name}</b><span>${look}</span>${source}</figcaption></figure>`;
}

/** `index.css` of an archive: a file of its own, as the policy of some mail programs and viewers wants it. */
export const indexCss = `:root { color-scheme: light dark; font-family: system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
h1 { font-size: 1.25rem; margin: 0; }
main { display: grid; gap: 1.5rem 1rem; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); }
figure { margin: 0; text-align: center; }
img { background: #fff; border-radius: 0.75rem; padding: 0.5rem; }
figcaption { display: flex; flex-direction: column; gap: 0.125rem; margin-top: 0.5rem; overflow-wrap: anywhere; }
figcaption span, small, .missing { color: GrayText; font-size: 0.8rem; }
.missing { align-content: center; border: 1px dashed; border-radius: 0.75rem; margin: 0; min-height: 8rem; padding: 0.5rem; }
`;
