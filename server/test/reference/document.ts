import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** One fenced block of code of a document. */
interface CodeBlock {
  readonly language: string;
  readonly code: string;
}

type Language = "bash" | "csv" | "http" | "javascript" | "json" | "python" | "typescript";

export interface ReferenceDocument {
  /**
   * The first block of a language that holds a text, without the example of its use at its end: that calls functions
   * of the reader's own.
   */
  code(language: Language, holding: string): string;
  /** The same with that example, where it is all that a program needs. */
  program(language: Language, holding: string): string;
}

/**
 * A reference document by its number, from the folder that `REFERENCE_DIR` names or that lies beside the repository.
 * The documents describe the API and are not part of the repository; undefined where they are not there.
 */
export function referenceDocument(
  number: string,
  environment: NodeJS.ProcessEnv = process.env,
): ReferenceDocument | undefined {
  const folder = environment["REFERENCE_DIR"] || join(import.meta.dirname, "../../../../shared/reference");
  const name = existsSync(folder)
    ? readdirSync(folder).find((file) => file.startsWith(`${number}_`))
    : undefined;
  if (name === undefined) return undefined;
  const blocks = codeBlocks(readFileSync(join(folder, name), "utf8"));
  const program = (language: Language, holding: string) => {
    const block = blocks.find((each) => each.language === language && each.code.includes(holding));
    if (!block) throw new Error(`the document has no ${language} code with ${holding}`);
    return block.code;
  };
  return {
    program,
    code(language, holding) {
      const [code = ""] = program(language, holding).split(/^(?:\/\/|#) Usage(?: example)?$/m);
      return code;
    },
  };
}

export const whyWithoutDocument = "the reference document is not here; REFERENCE_DIR names its folder";

function codeBlocks(text: string): CodeBlock[] {
  const fences = /^```(\w+)\n([\s\S]*?)^```$/gm;
  return [...text.matchAll(fences)].map(([, language = "", code = ""]) => ({ language, code }));
}
