/** How much of an upload has left. */
export interface Sent {
  readonly loaded: number;
  readonly total: number;
}

/** A `fetch` for uploads that tells how far they are, which only the older interface of browsers knows. */
export const fetchWithProgress =
  (onSent: (sent: Sent) => void): typeof fetch =>
  (input, init = {}) =>
    new Promise((resolve, reject) => {
      const { method = "GET", headers, body = null, signal = null } = init;
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const request = new XMLHttpRequest();
      request.open(method, input instanceof Request ? input.url : input);
      request.responseType = "blob";
      for (const [name, value] of new Headers(headers)) request.setRequestHeader(name, value);
      request.upload.onprogress = ({ loaded, total }) => onSent({ loaded, total });
      request.onload = () => resolve(responseOf(request));
      request.onerror = () => reject(new TypeError("The connection broke while the file was sent."));
      const abort = () => {
        request.abort();
        reject(signal?.reason);
      };
      signal?.addEventListener("abort", abort, { once: true });
      request.onloadend = () => signal?.removeEventListener("abort", abort);
      request.send(bodyOf(body));
    });

/** A stream cannot be sent so; the client's forms are blobs. */
function bodyOf(body: BodyInit | null): XMLHttpRequestBodyInit | null {
  if (body instanceof ReadableStream) throw new TypeError("A stream cannot be sent with progress.");
  return body;
}

function responseOf(request: XMLHttpRequest): Response {
  const headers = new Headers();
  for (const line of request.getAllResponseHeaders().trim().split("\r\n")) {
    const [name = "", ...value] = line.split(":");
    if (name !== "") headers.append(name, value.join(":").trim());
  }
  const { status, statusText } = request;
  // Of the type `blob`, as it was asked for.
  const answer = request.response as Blob | null;
  return new Response(status === 204 ? null : answer, { status, statusText, headers });
}
