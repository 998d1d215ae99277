import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { startProcess } from "../../scripts/fixture-process.ts";

const program = fileURLToPath(new URL("health-check.ts", import.meta.url));

/** A server that is asked, the check's exit code, and what it was asked. */
async function check(status: number, address: string, environment: Readonly<Record<string, string>>) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.writeHead(status).end();
  }).listen(0, address);
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const { ended } = startProcess(process.execPath, [program], {
    cwd: fileURLToPath(new URL("platform", import.meta.url)),
    env: { PATH: process.env["PATH"], PORT: String(port), ...environment },
  });
  const { code, output } = await ended;
  return { code, output, asked };
}

test.each([
  ["all addresses", "127.0.0.1", { HOST: "0.0.0.0", BASE_PATH: "/images/" }, "/images/health/ready"],
  ["one of IPv6", "::1", { HOST: "::1", BASE_PATH: "" }, "/health/ready"],
])("a service that listens on %s and is ready is healthy", async (_, address, environment, path) => {
  expect(await check(200, address, environment)).toEqual({ code: 0, output: "", asked: [path] });
});

test("one that is not ready is not, and the check says so", async () => {
  expect(await check(503, "127.0.0.1", {})).toMatchObject({ code: 1, output: "/health/ready is 503\n" });
});

test("nor is one that nobody answers for", async () => {
  expect(await check(200, "127.0.0.1", { PORT: "1" })).toMatchObject({ code: 1, asked: [] });
});
