import { afterEach, expect, test, vi } from "vitest";
import { readSettings } from "./settings.ts";

afterEach(() => vi.unstubAllEnvs());

test.each([
  ["http://127.0.0.1:8000", "http://127.0.0.1:8000"],
  ["http://127.0.0.1:8000/", "http://127.0.0.1:8000"],
  ["https://Example.com/images//", "https://example.com/images"],
  ["https://example.com:443/a/b?x=1#y", "https://example.com/a/b"],
])("the address %s is kept as %s", (baseUrl, kept) => {
  expect(readSettings({ baseUrl }).baseUrl).toBe(kept);
});

test.each([
  ["", /expected an address such as/],
  ["127.0.0.1:8000", /expected an address such as .* not "127.0.0.1:8000"/],
  ["ftp://example.com", /expected an address such as/],
  ["https://somebody:secret@example.com", /a credential belongs in token or apiKey/],
  ["somebody:secret@example.com", /not "…@example.com"/],
])("the address %j is refused, and what may be a password is not shown", (baseUrl, message) => {
  expect(() => readSettings({ baseUrl })).toThrow(message);
  expect(() => readSettings({ baseUrl })).not.toThrow(/secret/);
});

test("what is not given is taken from the environment, and what is set to nothing is not there", () => {
  vi.stubEnv("FOVEA_URL", "https://example.com/base/");
  vi.stubEnv("FOVEA_TOKEN", "a");
  vi.stubEnv("FOVEA_API_KEY", "b");
  vi.stubEnv("FOVEA_ADMIN_TOKEN", "c");
  const all = { baseUrl: "https://example.com/base", token: "a", apiKey: "b", adminToken: "c" };
  expect(readSettings({})).toMatchObject(all);
  expect(readSettings({ token: "d" })).toMatchObject({ ...all, token: "d" });
  for (const name of ["FOVEA_URL", "FOVEA_TOKEN"]) vi.stubEnv(name, "");
  expect(readSettings({})).toMatchObject({ baseUrl: "http://127.0.0.1:8000", token: undefined });
});

test.each([
  { timeout: 0 },
  { timeout: -1 },
  { timeout: Number.NaN },
  { maxRetries: -1 },
  { maxRetries: 1.5 },
])("%o is refused", (options) => {
  expect(() => readSettings(options)).toThrow(TypeError);
});
