/** Markdown of the documentation, as far as it has any, as words. */
export const plainText = (text: string): string =>
  text.replace(/\[([^\]]+)\]\([^)]*\)/g, "$1").replaceAll("`", "");
