/** What an expression of PromQL asks for, by its text: enough for those of ours, which have no braces in strings. */
export interface Asked {
  /** Metrics and recorded series, each with the labels that it is chosen by. */
  readonly series: readonly { readonly name: string; readonly labels: readonly string[] }[];
  /** Labels that are aggregated by, or matched on. */
  readonly by: readonly string[];
}

const functions = new Set(["and", "by", "ignoring", "on", "or", "unless", "without"]);

export function askedBy(expr: string): Asked {
  const by: string[] = [];
  const withoutLists = expr
    .replaceAll(/label_replace|"[^"]*"/g, (text) => (text.startsWith('"') ? '""' : text))
    .replaceAll(/\b(?:by|on|ignoring|without)\s*\(([^)]*)\)/g, (_, labels: string) => {
      by.push(...labels.split(",").map((label) => label.trim()));
      return " ";
    })
    .replaceAll(/\[[^\]]*\]|\boffset \w+/g, "");
  const series = [...withoutLists.matchAll(/([a-zA-Z_:][\w:]*)\s*(\{[^}]*\})?(\s*\()?/g)].flatMap(
    ([, name = "", selector = "", call]) =>
      call !== undefined || functions.has(name)
        ? []
        : [
            {
              name,
              labels: [...selector.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = ""]) => label),
            },
          ],
  );
  return { series, by: by.filter((label) => label !== "") };
}
