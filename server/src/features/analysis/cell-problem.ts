/** What is to be done about a cell that holds no address; all rows with one fail as `invalid_url`. */
export const cellProblems = {
  empty_cell: {
    sentence: "The cell is empty.",
    fix: "Fill in the address of the picture, or leave the row out.",
  },
  missing_scheme: {
    sentence: "The address does not begin with https://.",
    fix: "Write https:// in front of it.",
  },
  mistyped_scheme: {
    sentence: "The beginning of the address is mistyped.",
    fix: "Correct its beginning to https:// and the name of a host.",
  },
  unsupported_scheme: {
    sentence: "The address is of a kind that pictures are not read from.",
    fix: "Use an address that begins with http://, https://, s3:// or asset://.",
  },
  file_path: {
    sentence: "The cell names a file, not an address on the web.",
    fix: "Put the file where it has an address, and write that address into the cell.",
  },
  not_an_address: {
    sentence: "The cell holds a text that is no address.",
    fix: "Replace it by the address of the picture, or leave the row out.",
  },
} as const;

export type CellProblem = keyof typeof cellProblems;

const picture = /\.(?:jpe?g|png|gif|webp|avif|bmp|tiff?|hei[cf]|svg)$/i;
const hostAndPath = /^(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}(?::\d+)?\/\S/u;

/** Why a cell is no address, of one that `isUrl` does not take. @param cell without white space around it */
export function problemOfCell(cell: string): CellProblem {
  if (cell === "") return "empty_cell";
  if (/^(?:https?|s3|asset)[:/\\]/i.test(cell)) return "mistyped_scheme";
  // A drive of Windows looks like a scheme of one letter.
  if (/^(?:[a-z]:[\\/]|\\\\|\.{1,2}[\\/]|~[\\/]|\/(?!\/))/i.test(cell)) return "file_path";
  if (/^[a-z][a-z\d+.-]+:(?:\/\/|\S*,|\/)/i.test(cell)) return "unsupported_scheme";
  if (/^(?:\/\/|www\.)\S/i.test(cell) || hostAndPath.test(cell)) return "missing_scheme";
  return picture.test(cell) ? "file_path" : "not_an_address";
}
