/** The names that the documentation gives; each is looked for before the next. */
const DOCUMENTED = ["url", "image_url", "link"];

/** What people call the column otherwise, without spaces, dots, dashes and underscores; the surest first. */
const VARIANTS = [
  "imageurl",
  "imageurls",
  "urls",
  "imagelink",
  "imagesrc",
  "imageuri",
  "imageaddress",
  "photourl",
  "pictureurl",
  "imgurl",
  "photolink",
  "picturelink",
  "imglink",
  "imgsrc",
  "uri",
  "src",
  "href",
  "links",
  "image",
  "photo",
  "picture",
  "img",
];

export interface UrlColumn {
  readonly index: number;
  /** `named`: by a name that the documentation gives. `guessed`: by another name, or since an address stands there. */
  readonly how: "named" | "guessed";
  /** The first record as it stands; null where it is a row like the others. */
  readonly header: readonly string[] | null;
}

/** An address that images are read from, white space around it aside. */
export const isUrl = (cell: string) => /^\s*(?:https?|s3|asset):\/\/[^\s/]/i.test(cell);

/**
 * Which column holds the addresses. Null where the first record neither names one nor contains an address.
 * A name in an address's row (`https://…,image`) is a value, so addresses are looked for first.
 */
export function findUrlColumn(first: readonly string[]): UrlColumn | null {
  const address = first.findIndex(isUrl);
  if (address >= 0) return { index: address, how: "guessed", header: null };
  const index = indexOfName(first);
  if (index === null) return null;
  const isDocumented = DOCUMENTED.includes(first[index]?.trim().toLowerCase() ?? "");
  return { index, how: isDocumented ? "named" : "guessed", header: first };
}

function indexOfName(first: readonly string[]): number | null {
  const trimmed = first.map((cell) => cell.trim());
  const lower = trimmed.map((cell) => cell.toLowerCase());
  const joined = lower.map((cell) => cell.replace(/[\s._-]+/g, ""));
  const places = [
    ...DOCUMENTED.flatMap((name) => [trimmed.indexOf(name), lower.indexOf(name)]),
    ...VARIANTS.map((name) => joined.indexOf(name)),
  ];
  return places.find((place) => place >= 0) ?? null;
}
