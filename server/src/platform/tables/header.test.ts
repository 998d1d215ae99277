import { expect, test } from "vitest";
import { findUrlColumn } from "./header.ts";

test.each([
  ["url", ["url"], 0],
  ["url behind other columns", ["id", "name", "url"], 2],
  ["URL", ["id", "URL"], 1],
  ["Url with spaces around it", ["id", "  Url "], 1],
  ["image_url", ["image_url", "name"], 0],
  ["Image_URL", ["name", "Image_URL"], 1],
  ["link", ["shop", "link"], 1],
  ["url before image_url before link", ["link", "image_url", "url"], 2],
  ["image_url before link", ["link", "image_url"], 1],
  ["a documented name before any variant", ["image", "href", "Link"], 2],
  ["the first of two equal names", ["id", "url", "url"], 1],
  ["a name in its documented case before another case", ["URL", "url"], 1],
  ["image url", ["name", "Image URL"], 1],
  ["image-url", ["name", "image-url"], 1],
  ["imageUrl", ["name", "imageUrl"], 1],
  ["photo_url", ["name", "photo_url"], 1],
  ["picture_url", ["name", "picture_url"], 1],
  ["image_link", ["name", "image_link"], 1],
  ["src", ["name", "src"], 1],
  ["href", ["name", "href"], 1],
  ["image", ["name", "Image"], 1],
  ["the surer of two variants", ["image", "photo_url"], 1],
])("the column of addresses is found by the name: %s", (_, header, index) => {
  expect(findUrlColumn(header)).toMatchObject({ index, header });
});

test.each([
  [["name", " Image_URL "], "named"],
  [["LINK"], "named"],
  [["name", "photo"], "guessed"],
  [["url", "https://example.com/a.jpg"], "guessed"],
])("whether the column is named or guessed is told: %j", (first, how) => {
  expect(findUrlColumn(first)?.how).toBe(how);
});

test("duplicate and empty names stay as they are", () => {
  const header = ["", "url", "note", "note", " "];
  expect(findUrlColumn(header)).toMatchObject({ index: 1, header });
});

test.each([
  ["https", ["https://example.com/a.jpg"], 0],
  ["http in another column", ["7", "Shop", "http://example.com/a.jpg"], 2],
  ["s3", ["s3://bucket/a.jpg"], 0],
  ["asset", ["asset://660e8400-e29b-41d4-a716-446655440000"], 0],
  ["upper case", ["HTTPS://EXAMPLE.COM/A.JPG"], 0],
  ["white space around it", ["1", "  https://example.com/a.jpg "], 1],
  ["a cell that could be a name", ["url", "https://example.com/a.jpg"], 1],
])("a first record with an address is no header: %s", (_, first, index) => {
  expect(findUrlColumn(first)).toMatchObject({ index, header: null });
});

test.each([
  ["nothing", []],
  ["other names", ["id", "name"]],
  ["a name that only contains one", ["curl", "urlaub", "backlink"]],
  ["another scheme", ["ftp://example.com/a.jpg", "javascript:alert(1)"]],
  ["a scheme without a host", ["https://", "http:///a.jpg"]],
  ["text that mentions an address", ["see https://example.com"]],
])("no column is guessed from %s", (_, first) => {
  expect(findUrlColumn(first)).toBeNull();
});
