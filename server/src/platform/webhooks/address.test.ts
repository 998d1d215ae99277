import { expect, test } from "vitest";
import { parseAddress, shownAddress, withoutCredentials } from "./address.ts";

test("what is shown has no user, password, query or fragment", () => {
  const address = parseAddress("https://user:secret@Example.com:443/a/b?token=secret#secret");
  expect(address.shown).toBe("https://example.com/a/b?…");
  expect(address.origin).toBe("https://example.com");
  expect(parseAddress("http://example.com:81").shown).toBe("http://example.com:81/");
});

test("looking for what is shown finds what was sent there", () => {
  const sent = parseAddress("https://user:secret@example.com/a?token=1").shown;
  for (const asked of ["https://example.com/a?token=2", sent]) expect(shownAddress(asked)).toBe(sent);
  expect(shownAddress("https://example.com/a")).not.toBe(sent);
});

test.each(["", "hook", "ftp://example.com/", "http://[/", `https://example.com/${"a".repeat(2_048)}`])(
  "nothing can be sent to %j",
  (text) => {
    expect(parseAddress(text)).toMatchObject({ url: "", origin: "" });
  },
);

test("credentials become a header", () => {
  expect(withoutCredentials("https://a%40b:100%@example.com/x?y=1")).toEqual({
    url: "https://example.com/x?y=1",
    authorization: `Basic ${Buffer.from("a@b:100%").toString("base64")}`,
  });
  expect(withoutCredentials("https://example.com/x")).toEqual({
    url: "https://example.com/x",
    authorization: undefined,
  });
});
