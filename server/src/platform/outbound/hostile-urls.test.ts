import { describe, expect, test } from "vitest";
import { setup, startCanary } from "./testing/servers.ts";

const names: Readonly<Record<string, readonly string[]>> = {
  "internal.test": ["127.0.0.1"],
  "six.test": ["::1"],
  "mapped.test": ["::ffff:127.0.0.1"],
  "trailing.test.": ["127.0.0.1"],
  "xn--bcher-kva.test": ["127.0.0.1"],
  "mixed.test": ["8.8.8.8", "127.0.0.1"],
  "mixed-six.test": ["::1", "2606:4700:4700::1111"],
  "both.test": ["::1", "127.0.0.1"],
  "any.test": ["0.0.0.0"],
  "metadata.test": ["169.254.169.254"],
  "router.test": ["192.168.0.1"],
  "zone.test": ["fe80::1%eth0"],
  "nonsense.test": ["not an address"],
  "empty.test": [],
};

const resolve = async (hostname: string) => {
  const addresses = names[hostname];
  if (addresses === undefined) throw Object.assign(new Error(hostname), { code: "ENOTFOUND" });
  return addresses.map((address) => ({
    address,
    family: address.includes(":") ? (6 as const) : (4 as const),
  }));
};

/** Ways to write a loopback address; PORT is the canary's. With `loopback` allowed each of them does reach it. */
const loopbackUrls = [
  "http://127.0.0.1:PORT/",
  "HTTP://127.0.0.1:PORT/",
  "https://127.0.0.1:PORT/",
  "http://127.1:PORT/",
  "http://127.0.1:PORT/",
  "http://2130706433:PORT/",
  "http://0x7f000001:PORT/",
  "http://0x7F.1:PORT/",
  "http://0x7f.0x0.0x0.0x1:PORT/",
  "http://0177.0.0.1:PORT/",
  "http://0177.0.0.01:PORT/",
  "http://017700000001:PORT/",
  "http://127.0.0.1.:PORT/",
  "http://127。0。0。1:PORT/",
  "http://127．0．0．1:PORT/",
  "http://１２７.0.0.1:PORT/",
  "http://①②⑦.⓪.⓪.①:PORT/",
  "http://%31%32%37.0.0.1:PORT/",
  "http://127%2E0%2E0%2E1:PORT/",
  "http://127.0\u00ad.0.1:PORT/",
  "http:127.0.0.1:PORT/",
  "http:/127.0.0.1:PORT/",
  "http:////127.0.0.1:PORT/",
  "http:\\\\127.0.0.1:PORT\\",
  "\t http://127.0.\n0.1:PORT/",
  "http://127.0.0.1:PORT#@8.8.8.8/",
  "http://127.0.0.1:PORT?@8.8.8.8/",
  "http://127.0.0.1:PORT\\@8.8.8.8/",
  "http://[::1]:PORT/",
  "http://[0:0:0:0:0:0:0:1]:PORT/",
  "http://[0000::0001]:PORT/",
  "http://[::0.0.0.1]:PORT/",
  "http://[::ffff:127.0.0.1]:PORT/",
  "http://[::ffff:7f00:1]:PORT/",
  "http://[0:0:0:0:0:ffff:127.0.0.1]:PORT/",
  "http://localhost:PORT/",
  "http://LocalHost:PORT/",
  "http://localhost.:PORT/",
  "http://ｌocalhost:PORT/",
  "http://l%6Fcalhost:PORT/",
  "http://anything.localhost:PORT/",
  "http://internal.test:PORT/",
  "http://INTERNAL.test:PORT/",
  "http://six.test:PORT/",
  "http://mapped.test:PORT/",
  "http://trailing.test.:PORT/",
  "http://bücher.test:PORT/",
];

/** Further addresses that stay forbidden when loopback is allowed; Linux answers 0.0.0.0 and :: itself. */
const blockedUrls = [
  "http://0.0.0.0:PORT/",
  "http://0:PORT/",
  "http://0x0:PORT/",
  "http://0.1:PORT/",
  "http://[::]:PORT/",
  "http://[0::0]:PORT/",
  "http://[::127.0.0.1]:PORT/",
  "http://[::7f00:1]:PORT/",
  "http://[::ffff:0.0.0.0]:PORT/",
  "http://[::ffff:0:127.0.0.1]:PORT/",
  "http://[64:ff9b::127.0.0.1]:PORT/",
  "http://[64:ff9b:1::7f00:1]:PORT/",
  "http://[2002:7f00:1::]:PORT/",
  "http://[2001:0:7f00:1::1]:PORT/",
  "http://[2606:4700::5efe:127.0.0.1]:PORT/",
  "http://169.254.169.254/latest/meta-data/",
  "http://2852039166/latest/meta-data/",
  "http://0xa9fea9fe/latest/meta-data/",
  "http://0251.0376.0251.0376/latest/meta-data/",
  "http://169.254.43518/latest/meta-data/",
  "http://[::ffff:169.254.169.254]/latest/meta-data/",
  "http://[fd00:ec2::254]/latest/meta-data/",
  "http://metadata.test/computeMetadata/v1/",
  "http://10.0.0.1/",
  "http://167772161/",
  "http://172.16.0.1:2375/containers/json",
  "http://192.168.1.1/",
  "http://100.64.0.1/",
  "http://198.18.0.1/",
  "http://192.0.2.1/",
  "http://203.0.113.9/",
  "http://224.0.0.251:5353/",
  "http://240.0.0.1/",
  "http://255.255.255.255/",
  "http://[fc00::1]/",
  "http://[fe80::1]/",
  "http://[fec0::1]/",
  "http://[ff02::1]/",
  "http://[2001:db8::1]/",
  "http://[4000::1]/",
  "http://any.test:PORT/",
  "http://router.test/",
  "http://zone.test:PORT/",
  "http://nonsense.test:PORT/",
];

/** Answers in which a public address stands for the private one beside it. */
const mixedUrls = ["http://mixed.test:PORT/", "http://mixed-six.test:PORT/"];

const invalidUrls = [
  "",
  "   ",
  "127.0.0.1:PORT",
  "//127.0.0.1:PORT/",
  "/etc/passwd",
  "http://",
  "http:///",
  "http://:PORT/",
  "http://[::1:PORT/",
  "http://[::1%25lo]:PORT/",
  "http://[fe80::1%25eth0]:PORT/",
  "http://127.0.0.256:PORT/",
  "http://127.0.0.0.1:PORT/",
  "http://0x100000000:PORT/",
  "http://127.0.0.1:99999/",
  "http://127.0.0.1:-1/",
  "http://local host:PORT/",
  "http://local\0host:PORT/",
  "http://127.0.0.1%00.example.test:PORT/",
  "http://user:password@127.0.0.1:PORT/",
  "http://user@127.0.0.1:PORT/",
  "http://8.8.8.8@127.0.0.1:PORT/",
  "http://8.8.8.8%2F@127.0.0.1:PORT/",
  "http://127.0.0.1:PORT@8.8.8.8/",
  "file:///etc/passwd",
  "file://127.0.0.1:PORT/",
  "ftp://127.0.0.1:PORT/",
  "gopher://127.0.0.1:PORT/_GET%20/",
  "ws://127.0.0.1:PORT/",
  "dict://127.0.0.1:PORT/",
  "s3://bucket/key",
  "data:image/png;base64,AAAA",
  "javascript:fetch('http://127.0.0.1:PORT/')",
  "blob:http://127.0.0.1:PORT/1",
  "view-source:http://127.0.0.1:PORT/",
  "unix:/var/run/docker.sock",
  "http+unix://%2Fvar%2Frun%2Fdocker.sock/",
  "http://127.0.0.1:0/",
  "http://127.0.0.1:22/",
  "http://127.0.0.1:25/",
  "http://127.0.0.1:6667/",
  `http://127.0.0.1:PORT/${"a".repeat(8192)}`,
];

const unknownUrls = ["http://empty.test:PORT/", "http://unknown.test:PORT/", "http://127.0.0.1..:PORT/"];

describe("a URL that leads into a private network", () => {
  test("is refused, and no connection is made: not one of the table", async () => {
    const canary = await startCanary();
    const { codeOf } = setup({ allowPrivate: [], resolve });
    const expecting = (code: string) => (url: string) => [url, code] as const;
    const table = [
      ...[...loopbackUrls, ...blockedUrls, ...mixedUrls].map(expecting("blocked_address")),
      ...invalidUrls.map(expecting("invalid_url")),
      ...unknownUrls.map(expecting("dns_failure")),
    ];
    expect(table.length).toBeGreaterThan(130);
    for (const [url, code] of table) {
      expect([url, await codeOf(url.replace("PORT", `${canary.port}`))]).toEqual([url, code]);
    }
    expect(await canary.settledConnections()).toBe(0);
  });

  test("would have reached the canary, were loopback allowed", async () => {
    const canary = await startCanary();
    for (const url of loopbackUrls) {
      // A new pool each, so that none is served by the connection of the one before.
      const { codeOf } = setup({ resolve });
      const before = canary.connections();
      const code = await codeOf(url.replace("PORT", `${canary.port}`));
      expect([url, code]).toEqual([url, url.startsWith("https:") ? "tls_failure" : "fetched"]);
      expect([url, canary.connections() - before]).toEqual([url, 1]);
    }
  });

  test("is refused outside loopback when loopback is allowed", async () => {
    const canary = await startCanary();
    const { codeOf } = setup({ resolve });
    for (const url of blockedUrls) {
      expect([url, await codeOf(url.replace("PORT", `${canary.port}`))]).toEqual([url, "blocked_address"]);
    }
    expect(await canary.settledConnections()).toBe(0);
  });

  test("is refused when its host has an allowed address beside the forbidden one", async () => {
    const canary = await startCanary();
    const { codeOf } = setup({ allowPrivate: ["::1"], resolve });
    expect(await codeOf(`http://six.test:${canary.port}/`)).toBe("fetched");
    expect(await codeOf(`http://localhost:${canary.port}/`)).toBe("blocked_address");
    expect(await codeOf(`http://both.test:${canary.port}/`)).toBe("blocked_address");
    expect(await canary.settledConnections()).toBe(1);
  });
});

describe("a host that changes its address", () => {
  test("is dialled where it was checked, and checked at every connection", async () => {
    const canary = await startCanary(["127.0.0.1", "127.0.0.2"]);
    const asked: string[] = [];
    const { fetch, codeOf } = setup({
      allowPrivate: ["127.0.0.2"],
      async resolve(hostname) {
        asked.push(hostname);
        return [{ address: asked.length === 1 ? "127.0.0.2" : "127.0.0.1", family: 4 }];
      },
    });
    const url = `http://rebinding.test:${canary.port}/`;
    const closing = { headers: { connection: "close" } };
    expect(String((await fetch(url, closing)).bytes)).toBe("canary");
    expect(asked).toEqual(["rebinding.test"]);
    expect(await codeOf(url)).toBe("blocked_address");
    expect(asked).toHaveLength(2);
    expect(await canary.settledConnections()).toBe(1);
  });

  test("does not lend its open connection to an address that is forbidden", async () => {
    const canary = await startCanary(["127.0.0.2", "127.0.0.1"]);
    const { fetch, codeOf } = setup({
      allowPrivate: ["127.0.0.2"],
      resolve: async () => [{ address: "127.0.0.2", family: 4 }],
    });
    expect((await fetch(`http://allowed.test:${canary.port}/`)).status).toBe(200);
    expect(await codeOf(`http://127.0.0.1:${canary.port}/`)).toBe("blocked_address");
    expect(await codeOf(`http://localhost:${canary.port}/`)).toBe("blocked_address");
    expect(await canary.settledConnections()).toBe(1);
  });
});
