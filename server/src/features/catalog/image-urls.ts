/** How addresses begin. A bounded look ahead: a cell of 64 KB that was written to be slow is not. */
const ADDRESS = "(?:[a-z][a-z0-9+.-]{0,19}:\\/\\/|www\\.|data:)";
const BEGINS_AS_ADDRESS = new RegExp(`^${ADDRESS}`, "i");
/**
 * White space, pipes and quotes are no part of an address as it is written. Commas and semicolons may be
 * (`https://images.example/w_100,h_200/a.jpg`), and separate where white space or an address follows, or nothing.
 */
const SEPARATOR = new RegExp(`[\\s|"]|[,;](?=[\\s|",;]|$|${ADDRESS})`, "gi");
/** Inside a list as programs print it: `["a", "b"]`, `['a', 'b']`. */
const PRINTED_LIST = /^\s*\[(.*)\]\s*$/s;

/**
 * The addresses of one cell, in their order; separated by commas, semicolons, pipes or white space. What is no address
 * is kept as well, for its image to fail by name.
 */
export function splitImageUrls(cell: string): readonly string[] {
  const printed = PRINTED_LIST.exec(cell)?.[1]?.replaceAll("'", '"');
  return (printed ?? cell)
    .split(SEPARATOR)
    .flatMap((piece) => (BEGINS_AS_ADDRESS.test(piece) ? [piece] : piece.split(/[,;]/)))
    .filter((url) => url !== "");
}
