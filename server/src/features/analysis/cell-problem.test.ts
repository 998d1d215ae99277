import { expect, test } from "vitest";
import { isUrl } from "../../platform/tables/header.ts";
import { problemOfCell } from "./cell-problem.ts";

test.each([
  ["empty_cell", [""]],
  [
    "missing_scheme",
    [
      "www.example.com",
      "example.com/a.jpg",
      "//cdn.example.com/a.jpg",
      "bäcker.example:8080/a",
      "1.example.org/photo",
    ],
  ],
  [
    "mistyped_scheme",
    ["https//example.com/a.jpg", "http:/example.com/a", "https:\\\\example.com", "http://", "s3:bucket/a"],
  ],
  [
    "unsupported_scheme",
    ["ftp://example.com/a.jpg", "gs://bucket/a.jpg", "file:///home/a.jpg", "data:image/png;base64,AAAA"],
  ],
  [
    "file_path",
    [
      "a.jpg",
      "images/a.PNG",
      "C:\\pictures\\a.jpg",
      "c:/a",
      "\\\\server\\share",
      "./a",
      "../a",
      "~/a",
      "/srv/a",
    ],
  ],
  [
    "not_an_address",
    ["n/a", "-", "see below", "javascript:alert(1)", "Note: none", "a@example.com", "12:30", "<script>"],
  ],
] as const)("a cell is %s", (problem, cells) => {
  for (const cell of cells) {
    expect(isUrl(cell), cell).toBe(false);
    expect(problemOfCell(cell), cell).toBe(problem);
  }
});
