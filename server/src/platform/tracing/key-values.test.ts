import { expect, test } from "vitest";
import { parseKeyValues } from "./key-values.ts";

test("pairs are read with their values decoded, and white space around them is none of theirs", () => {
  expect(parseKeyValues(" x-key = a%2Cb%3D%20c ,team=images,,")).toEqual({
    "x-key": "a,b= c",
    team: "images",
  });
  expect(parseKeyValues("authorization=Basic dXNlcg==")).toEqual({ authorization: "Basic dXNlcg==" });
  expect(parseKeyValues("")).toEqual({});
});

test.each(["secret", "=secret", "a=secret%zz"])("%j is none, and is not repeated", (text) => {
  expect(() => parseKeyValues(text)).toThrow(/^(?!.*secret)/);
});
