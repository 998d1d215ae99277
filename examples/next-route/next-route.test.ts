import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { readHeader } from "@fovea/imaging";
import { expect, onTestFinished, test, vi } from "vitest";
import { unusedPort } from "../../server/src/platform/outbound/testing/servers.ts";
import { repository } from "../../server/test/documents.ts";
import { listenApp } from "../../server/test/world.ts";

type Handler = (request: Request) => Promise<Response>;

/** The route as Next.js loads it, on a server of Node's: what Next.js does around a handler, as far as it needs it. */
async function serveRoute(environment: { FOVEA_URL: string; FOVEA_TOKEN: string }): Promise<string> {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  vi.resetModules();
  const { POST }: { POST: Handler } = await import("./app/api/prepare/route.ts");
  const server = createServer((incoming, outgoing) => void answer(POST, incoming, outgoing));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.close();
    await once(server, "close");
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/prepare`;
}

async function answer(handler: Handler, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const leaving = new AbortController();
  outgoing.on("close", () => leaving.abort());
  const response = await handler(
    new Request(`http://${incoming.headers.host}${incoming.url}`, {
      method: "POST",
      headers: { "content-type": incoming.headers["content-type"] ?? "" },
      // Node's streams of the Fetch API are the global ones, by another name of the types.
      body:
        incoming.headers["content-length"] === "0"
          ? null
          : (Readable.toWeb(incoming) as ReadableStream<Uint8Array>),
      duplex: "half",
      signal: leaving.signal,
    }),
  );
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body) await pipeline(Readable.fromWeb(response.body as ReadableStream), outgoing);
  else outgoing.end();
}

const street = () => readFile(join(repository, "docs/images/street.jpg"));

test("an upload comes back as the model takes it, with what is known of it", async () => {
  const { baseUrl } = await listenApp();
  const route = await serveRoute({ FOVEA_URL: baseUrl, FOVEA_TOKEN: "test-token" });
  const response = await fetch(`${route}?model=claude-sonnet-5-5`, { method: "POST", body: await street() });
  expect(response.status).toBe(200);
  const { headers } = response;
  const { format, width, height } = readHeader(Buffer.from(await response.arrayBuffer()));
  expect(headers.get("content-type")).toBe(`image/${format}`);
  expect([headers.get("x-image-width"), headers.get("x-image-height")]).toEqual([`${width}`, `${height}`]);
  expect(Number(headers.get("x-image-estimated-tokens"))).toBeGreaterThan(0);
});

test("what Fovea refuses is told with its code; what is wrong with this server is not told", async () => {
  const { baseUrl } = await listenApp();
  const post = async (environment: { FOVEA_URL: string; FOVEA_TOKEN: string }, body: Uint8Array | string) => {
    const response = await fetch(await serveRoute(environment), { method: "POST", body });
    return { status: response.status, answer: await response.json() };
  };
  const right = { FOVEA_URL: baseUrl, FOVEA_TOKEN: "test-token" };
  expect(await post(right, "no picture")).toEqual({
    status: 422,
    answer: { code: "validation_error", message: "The bytes are not an image of a known format." },
  });
  expect(await post(right, "")).toMatchObject({ status: 400, answer: { code: "no_image" } });

  const told = vi.spyOn(console, "error").mockReturnValue();
  expect(await post({ ...right, FOVEA_TOKEN: "of nobody" }, await street())).toMatchObject({
    status: 502,
    answer: { code: "misconfigured" },
  });
  expect(told).toHaveBeenCalledOnce();
  told.mockRestore();
  const nowhere = `http://127.0.0.1:${await unusedPort()}`;
  expect(await post({ ...right, FOVEA_URL: nowhere }, await street())).toMatchObject({
    status: 502,
    answer: { code: "unreachable" },
  });
});

test("who leaves the page ends the request to Fovea", async () => {
  const silent = createServer();
  silent.listen(0, "127.0.0.1");
  await once(silent, "listening");
  onTestFinished(() => void silent.close());
  const { port } = silent.address() as AddressInfo;
  const route = await serveRoute({ FOVEA_URL: `http://127.0.0.1:${port}`, FOVEA_TOKEN: "test-token" });
  const leaving = new AbortController();
  const asked = once(silent, "request");
  const answered = fetch(route, { method: "POST", body: await street(), signal: leaving.signal });
  const [request]: IncomingMessage[] = await asked;
  // Of what is not read nobody learns that it has ended.
  const ended = once(request?.resume().socket ?? silent, "close");
  leaving.abort();
  await expect(answered).rejects.toThrow("aborted");
  await ended;
});
