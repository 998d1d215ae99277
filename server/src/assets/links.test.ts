import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { createLinks, type LinksSettings } from "./links.ts";

const dayMs = 24 * 3_600_000;
const id = randomUUID();

function setup(changes: Partial<LinksSettings> = {}) {
  let now = new Date("2026-11-21T12:34:56.789Z");
  const links = createLinks({
    secrets: [Buffer.from("bytes that sign links in tests only")],
    signed: { media: true, icons: true, catalog: true },
    lifeMs: 7 * dayMs,
    basePath: "/images",
    publicBase: null,
    now: () => now,
    ...changes,
  });
  return {
    links,
    wait: (milliseconds: number) => {
      now = new Date(now.getTime() + milliseconds);
    },
  };
}

test("a signed link opens its picture for its lifetime at least, and is the same all day", () => {
  const { links, wait } = setup();
  const url = links.path({ id });
  expect(url).toMatch(/^\/images\/api\/v1\/media\/[0-9a-f-]{36}\?expires=1795910400&signature=[\w-]{43}$/);
  expect(links.opens({ url })).toBe(true);
  expect(links.opens({ url: `${url}&width=100&format=webp` })).toBe(true);
  wait(11 * 3_600_000);
  expect(links.path({ id })).toBe(url);
  wait(7 * dayMs - 11 * 3_600_000);
  expect(links.opens({ url })).toBe(true);
  wait(dayMs);
  expect(links.opens({ url })).toBe(false);
});

test("nothing else opens by it: neither another picture, nor a later time, nor what is around it", () => {
  const { links } = setup();
  const url = links.path({ id });
  const [path = "", query = ""] = url.split("?");
  const expires = new URLSearchParams(query).get("expires") ?? "";
  const other = (character: string) => (character === "A" ? "B" : "A");
  for (const forged of [
    url.replace(id, randomUUID()),
    url.replace(expires, String(Number(expires) + 1)),
    url.replace(expires, `0${expires}`),
    url.replace(/(?<=signature=)./, other),
    url.slice(0, -1),
    `${url}&expires=${Number(expires) + 1}`,
    `${url}&signature=x`,
    `${path}/info?${query}`,
    `${path}/../${randomUUID()}?${query}`,
    `/images/api/v1/media/${randomUUID()}#${url}`,
    `${path}#?${query}`,
    `${path}?expires=${expires}&signature=`,
    `${path}?expires=${expires}`,
    path,
  ]) {
    expect(links.opens({ url: forged }), forged).toBe(false);
  }
  const another = setup({ secrets: [Buffer.from("bytes that sign links of another service")] });
  expect(another.links.opens({ url })).toBe(false);
});

test("links are bare where nobody is asked for a credential, and public ones are those of the storage", () => {
  const { links } = setup({
    signed: { media: false, icons: false, catalog: false },
    basePath: "",
    publicBase: "https://cdn.example/pictures/",
  });
  expect(links.path({ id })).toBe(`/api/v1/media/${id}`);
  expect(links.publicUrl({ name: `generated/${id}.png` })).toBe(
    `https://cdn.example/pictures/generated/${id}.png`,
  );
  expect(setup().links.publicUrl({ name: "a.png" })).toBeNull();
});
