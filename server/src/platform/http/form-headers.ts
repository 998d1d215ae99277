import type { IncomingHttpHeaders } from "node:http";

/** How an API words what it cannot take by its headers. */
interface HeaderRefusals {
  notAForm(): Error;
  encodedBody(): Error;
  tooLarge(): Error;
}

/** Names, boundaries and settings around the file. */
const formOverheadBytes = 1024 * 1024;

/** For `onRequest`: what cannot be taken is refused before a byte of the body is read. */
export function expectForm(
  headers: IncomingHttpHeaders,
  maxFileBytes: number,
  refusals: HeaderRefusals,
): void {
  if (!/^multipart\/form-data\b/i.test(headers["content-type"] ?? "")) throw refusals.notAForm();
  if (!/^(identity)?$/i.test(headers["content-encoding"] ?? "")) throw refusals.encodedBody();
  if (Number(headers["content-length"] ?? 0) > maxFileBytes + formOverheadBytes) throw refusals.tooLarge();
}
