import type { Hash } from "node:crypto";
import { finished, type Readable, Transform } from "node:stream";
import { type FormPart, textOf, toFormError } from "./form-parts.ts";

/** The file of a form. */
export interface FormFile {
  /** As the client spells it, which may be with any character. */
  readonly name: string;
  /** What the client takes it for, as `text/csv`. */
  readonly type: string;
  /** Of its own: whoever stops reading ends it, and the request can still be answered. */
  readonly bytes: Readable;
}

/** How an API words what is missing in a form, or too much. */
export interface FormRefusals {
  noFile(): Error;
  /** A form of a browser in which nobody chose one. */
  noFileSelected(): Error;
  /** A file in another field than `file`. */
  unknownFile(field: string): Error;
}

interface Form<Taken> {
  /** The other fields. */
  readonly texts: ReadonlyMap<string, string>;
  readonly taken: Taken;
}

/**
 * Reads a form to its end: its file, in the field `file`, as it streams in, and the fields before and after it.
 *
 * @param take the file. It may throw before the end; what is left of the form is emptied then.
 * @param fingerprint is fed what is read of the file
 * @throws {Error} of `refusals`; `malformed_form`; what `take` throws. A second file is refused by the plugin's `files: 1`.
 */
export async function readForm<Taken>(
  parts: AsyncIterable<FormPart>,
  refusals: FormRefusals,
  take: (file: FormFile) => Promise<Taken>,
  fingerprint: Hash | null = null,
): Promise<Form<Taken>> {
  const texts = new Map<string, string>();
  let file: { readonly taken: Taken } | null = null;
  for await (const part of parts) {
    if (part.type === "field") {
      texts.set(part.fieldname, textOf(part.value));
      continue;
    }
    if (part.fieldname !== "file") throw refusals.unknownFile(part.fieldname);
    if (part.filename === "") throw refusals.noFileSelected();
    const bytes = through(part.file, fingerprint);
    try {
      file = { taken: await take({ name: part.filename, type: part.mimetype, bytes }) };
    } finally {
      bytes.destroy();
    }
  }
  if (!file) throw refusals.noFile();
  return { texts, taken: file.taken };
}

/**
 * A stream of its own for the file of a form: whoever stops reading ends it, and the form's goes on to be emptied, or
 * the answer would never be read by a client that is still sending.
 */
function through(file: Readable, fingerprint: Hash | null): Readable {
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      fingerprint?.update(chunk);
      done(null, chunk);
    },
  });
  // Whoever reads hears of it; who has not begun to must not end the process.
  stream.on("error", () => {});
  // Hears also of a file that ended early before anybody listened, which happens where the whole form came at once.
  finished(file, { writable: false }, (error) => {
    if (error) stream.destroy(toFormError(error));
  });
  stream.on("close", () => {
    file.unpipe(stream);
    file.resume();
  });
  return file.pipe(stream);
}
