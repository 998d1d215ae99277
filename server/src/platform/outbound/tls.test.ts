import type { TLSSocket } from "node:tls";
import { expect, test } from "vitest";
import { describeWith } from "../../../test/needs.ts";
import { selfSigned, trust } from "./testing/certificates.ts";
import { serveHttp, serveHttps, setup } from "./testing/servers.ts";

const resolve = async () => [{ address: "127.0.0.1", family: 4 as const }];

describeWith("openssl", "a secure connection", ({ path: openssl }) => {
  test("is made in the name of the host, not of the address that was dialled", async () => {
    const certificate = selfSigned(openssl, "DNS:shop.test");
    trust(certificate.cert);
    const names: unknown[] = [];
    const { port } = await serveHttps(certificate, (request, response) => {
      // Of an https server every socket is one of TLS.
      names.push((request.socket as TLSSocket).servername, request.headers.host);
      response.end("secure");
    });
    const { fetch } = setup({ resolve });
    expect(String((await fetch(`https://shop.test:${port}/`)).bytes)).toBe("secure");
    expect(String((await fetch(`https://SHOP.test.:${port}/`)).bytes)).toBe("secure");
    expect(names).toEqual(["shop.test", `shop.test:${port}`, "shop.test", `shop.test.:${port}`]);
  });

  test("to an address is checked against the address", async () => {
    const certificate = selfSigned(openssl, "IP:127.0.0.1");
    trust(certificate.cert);
    const { port } = await serveHttps(certificate, (_request, response) => void response.end("secure"));
    const { fetch } = setup();
    expect(String((await fetch(`https://127.0.0.1:${port}/`)).bytes)).toBe("secure");
  });

  test("to a host whose certificate names another is refused", async () => {
    const certificate = selfSigned(openssl, "DNS:shop.test");
    trust(certificate.cert);
    let asked = 0;
    const { port } = await serveHttps(certificate, (_request, response) => {
      asked += 1;
      response.end();
    });
    const { codeOf } = setup({ resolve });
    expect(await codeOf(`https://other.test:${port}/`)).toBe("tls_failure");
    expect(await codeOf(`https://127.0.0.1:${port}/`)).toBe("tls_failure");
    expect(asked).toBe(0);
  });

  test("to a host whose certificate nobody vouches for is refused, and says so", async () => {
    const { port } = await serveHttps(
      selfSigned(openssl, "DNS:shop.test"),
      (_request, response) => void response.end(),
    );
    const { fetch } = setup({ resolve });
    await expect(fetch(`https://shop.test:${port}/`)).rejects.toMatchObject({
      code: "tls_failure",
      message: expect.stringContaining("DEPTH_ZERO_SELF_SIGNED_CERT"),
    });
  });

  test("to a server without TLS is refused", async () => {
    const { port } = await serveHttp(() => {});
    const { codeOf } = setup();
    expect(await codeOf(`https://127.0.0.1:${port}/`)).toBe("tls_failure");
  });
});
