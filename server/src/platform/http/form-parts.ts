import type { Readable } from "node:stream";
import type { FastifyRequest } from "fastify";
import { AppError } from "../errors.ts";

/** A part of a multipart form, in the order in which it arrives: settings may follow the file they are for. */
export type FormPart =
  | {
      readonly type: "file";
      readonly fieldname: string;
      readonly filename: string;
      /** What the client takes the file for, as `text/csv`; programs know it from its name at best. */
      readonly mimetype: string;
      readonly file: Readable;
    }
  | { readonly type: "field"; readonly fieldname: string; readonly value: unknown };

/**
 * The parts as they stream in. The plugin is registered with its limits where the routes are: this trusts them.
 *
 * @throws {AppError} `malformed_form` where the form is damaged; the plugin's own errors where it is beyond its limits
 */
export async function* partsOf(request: Pick<FastifyRequest, "parts">): AsyncGenerator<FormPart> {
  try {
    yield* request.parts();
  } catch (error) {
    throw toFormError(error);
  }
}

/** A part that says it is JSON comes parsed: a schema, from clients that name its type. */
export const textOf = (value: unknown): string =>
  typeof value === "string" ? value : (JSON.stringify(value) ?? "");

/** The plugin's own refusals have a status; what its parser throws at a form that is cut short has none. */
export const toFormError = (error: unknown): Error =>
  error instanceof Error && "statusCode" in error ? error : malformedForm(error);

const malformedForm = (cause: unknown) =>
  new AppError({
    code: "malformed_form",
    status: 400,
    message: "The form is damaged or was cut short; nothing was stored. Send it again.",
    cause,
  });
