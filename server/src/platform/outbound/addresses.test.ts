import { describe, expect, test } from "vitest";
import { createAddressRule } from "./addresses.ts";

describe("with nothing allowed", () => {
  const isAllowed = createAddressRule([]);

  test.each([
    "1.1.1.1",
    "8.8.8.8",
    "100.63.255.255",
    "100.128.0.1",
    "172.15.255.255",
    "172.32.0.1",
    "192.0.1.1",
    "198.17.255.255",
    "223.255.255.255",
    "2606:4700:4700::1111",
    "2a00:1450:4001:82a::200e",
    "::ffff:8.8.8.8",
  ])("%s is public", (address) => {
    expect(isAllowed(address)).toBe(true);
  });

  test.each([
    ["this network", "0.0.0.0", "0.1.2.3"],
    ["loopback", "127.0.0.1", "127.255.255.254", "::1"],
    [
      "IPv4 in IPv6",
      "::ffff:127.0.0.1",
      "::ffff:10.0.0.1",
      "::127.0.0.1",
      "::8.8.8.8",
      "::7f00:1",
      "::ffff:0:7f00:1",
      "::ffff:0:8.8.8.8",
    ],
    ["private", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1", "fc00::1", "fd00:ec2::254"],
    ["carrier grade NAT", "100.64.0.1", "100.127.255.255"],
    ["of a cloud's platform", "168.63.129.16", "::ffff:168.63.129.16"],
    ["link local", "169.254.169.254", "fe80::1", "fe80::1%eth0"],
    ["site local", "fec0::1"],
    ["benchmarks", "198.18.0.1", "198.19.255.255", "2001:2::1"],
    ["documentation", "192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"],
    ["protocol assignments", "192.0.0.170", "192.88.99.1"],
    ["multicast", "224.0.0.1", "239.255.255.255", "ff02::1"],
    ["reserved and broadcast", "240.0.0.1", "255.255.255.255", "4000::1", "5f00::1", "::"],
    ["NAT64", "64:ff9b::a00:1", "64:ff9b:1::a00:1"],
    ["6to4", "2002:7f00:1::"],
    ["Teredo", "2001:0:4136:e378:8000:63bf:3fff:fdd2"],
    ["ISATAP", "2606:4700::5efe:7f00:1", "2606:4700::200:5efe:a00:1"],
    ["a public address with a zone", "2606:4700:4700::1111%eth0"],
    ["no address", "", "localhost", "8.8.8.8.", "8.8.8.8/32"],
  ])("%s is refused", (_range, ...addresses) => {
    expect(addresses.filter(isAllowed)).toEqual([]);
  });
});

test("loopback allows the loopback addresses, and no other way to this machine", () => {
  const isAllowed = createAddressRule(["loopback"]);
  for (const address of ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"]) {
    expect(isAllowed(address), address).toBe(true);
  }
  for (const address of ["0.0.0.0", "::", "::127.0.0.1", "64:ff9b::7f00:1", "::1%lo", "10.0.0.1"]) {
    expect(isAllowed(address), address).toBe(false);
  }
});

test("an allowed range or address is allowed as far as it reaches", () => {
  const isAllowed = createAddressRule(["10.1.0.0/16", "192.168.7.7", "fd12::/16", "fd99::7"]);
  for (const address of ["10.1.255.1", "::ffff:10.1.0.1", "192.168.7.7", "fd12:3::4", "fd99::7"]) {
    expect(isAllowed(address), address).toBe(true);
  }
  for (const address of ["10.2.0.1", "192.168.7.8", "fd13::1", "fd99::8", "127.0.0.1"]) {
    expect(isAllowed(address), address).toBe(false);
  }
});

test("an entry that is no range stops the start", () => {
  expect(() => createAddressRule(["everything"])).toThrow();
});
