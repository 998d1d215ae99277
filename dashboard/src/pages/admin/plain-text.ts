/** The words of a text of the documentation: of its links their text, and code without its marks. */
export const plainText = (text: string): string =>
  text.replace(/\[([^\]]+)\]\([^)]*\)/g, "$1").replaceAll("`", "");
