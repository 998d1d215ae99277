import { ApiError, Fovea, FoveaError } from "@fovea/client";

// From FOVEA_URL and FOVEA_TOKEN, which stay on this server: the browser needs no credential of Fovea's.
const fovea = new Fovea();

/**
 * An image as the body in, one that the model accepts as the body out: `POST /api/prepare?model=claude-sonnet-5-5`. Both
 * go through as they come, so this server holds neither of them whole.
 */
export async function POST(request: Request): Promise<Response> {
  if (!request.body) return refusal(400, "no_image", "Send the image as the body.");
  const model = new URL(request.url).searchParams.get("model") ?? "claude-sonnet-5-5";
  try {
    // Who leaves the page ends the request at Fovea too.
    const call = { signal: request.signal };
    const prepared = await fovea.prepare.process(request.body, { model }, call).asResponse();
    return new Response(prepared.body, { headers: factsOf(prepared.headers) });
  } catch (error) {
    // Nobody is there to read it.
    if (request.signal.aborted) return new Response(null, { status: 499 });
    // What is no error of the client's is for Next.js to log and to answer.
    if (!(error instanceof FoveaError)) throw error;
    return refusalOf(error);
  }
}

/** The picture's type and length, and what the service has found out about it. */
const factsOf = (headers: Headers): [string, string][] =>
  [...headers].filter(([name]) => /^(content-type|content-length|x-image-.*)$/.test(name));

function refusalOf(error: FoveaError): Response {
  if (!(error instanceof ApiError)) return refusal(502, "unreachable", "Pictures cannot be prepared now.");
  const { status, code, message, requestId, retryAfter } = error;
  // A credential that is wrong is this server's, and the browser's own sign-in is none of Fovea's business.
  if (status === 401 || status === 403) {
    console.error(`Fovea did not take the credential: ${message} (request ${requestId})`);
    return refusal(502, "misconfigured", "Pictures cannot be prepared now.");
  }
  return refusal(status, code, message, retryAfter);
}

const refusal = (status: number, code: string | null, message: string, retryAfter: number | null = null) =>
  Response.json(
    { code, message },
    { status, ...(retryAfter === null ? {} : { headers: { "retry-after": String(retryAfter) } }) },
  );
