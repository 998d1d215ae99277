/** A table that somebody wants analyzed. */
export interface ChosenFile {
  /** Tells it from others, also from one of the same name. */
  readonly id: number;
  readonly file: File;
}

let chosen = 0;

export function chosenFile(file: File): ChosenFile {
  chosen += 1;
  return { id: chosen, file };
}

/** Text as a table of its own: addresses, one a line, or rows copied from a spreadsheet. */
export const pastedFile = (text: string): ChosenFile =>
  chosenFile(new File([text.endsWith("\n") ? text : `${text}\n`], "pasted.csv", { type: "text/csv" }));

/** Whether what was pasted somewhere on the page may be meant for a batch. */
export const looksLikeTable = (text: string): boolean => /(?:https?|s3|asset):\/\/[^\s/]/i.test(text);

/** What a batch of this file is called where nobody says: the name without its ending. */
export const nameOfFile = ({ name }: File): string =>
  name.replace(/(?:\.(?:csv|tsv|txt))?(?:\.gz)?$/i, "").slice(0, 255) || name.slice(0, 255);
