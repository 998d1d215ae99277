import { execFile } from "node:child_process";
import { cp, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { temporaryFolder } from "./world.ts";

/** The folder of the README. */
export const repository = join(import.meta.dirname, "../..");

/** The documents that people read, relative to the repository. */
export async function documentNames(): Promise<string[]> {
  const inFolder = async (folder: string) =>
    (await readdir(join(repository, folder)))
      .filter((name) => name.endsWith(".md"))
      .map((name) => join(folder, name));
  return [...(await inFolder(".")), ...(await inFolder("docs"))];
}

export const readDocument = (name: string) => readFile(join(repository, name), "utf8");

export interface CodeBlock {
  readonly language: string;
  /** What follows the language on the opening line. */
  readonly label: string;
  readonly text: string;
  /** The heading above it. */
  readonly section: string;
}

export function codeBlocks(markdown: string): CodeBlock[] {
  const fences = [...markdown.matchAll(/^```(\w*) *(.*)\n([\s\S]*?)^```$/gm)];
  return fences.map(({ index, 1: language = "", 2: label = "", 3: text = "" }) => {
    const section =
      withoutCode(markdown.slice(0, index))
        .match(/^#+ .+$/gm)
        ?.at(-1) ?? "";
    return { language, label, text, section: section.replace(/^#+ /, "") };
  });
}

/** The text without its code: a `#` or a bracket in code is neither a heading nor a link. */
export const withoutCode = (markdown: string) =>
  markdown
    .replace(/^ *```[\s\S]*?^ *```$/gm, "")
    .replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]#]/g, ""));

/** What an example may expect around it: the pictures of the repository, and nothing it could overwrite. */
export async function exampleFolder(): Promise<string> {
  const folder = await temporaryFolder();
  await cp(join(repository, "docs/images"), join(folder, "docs/images"), { recursive: true });
  return folder;
}

/** Points an example, which is otherwise left as it is, to a service of the test. */
export const pointedTo = (baseUrl: string, example: string) =>
  example.replaceAll("http://127.0.0.1:8000", baseUrl);

/**
 * Runs a program to its end.
 *
 * @returns its standard output; rejects when it fails
 */
export async function run(folder: string, program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, { cwd: folder, maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}
