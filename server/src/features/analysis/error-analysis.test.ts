import { expect, test } from "vitest";
import { analyzeErrors } from "./error-analysis.ts";

test("the reference's sample: 15 and 10 and 5 make 30, of which 12 are 40.0 per cent", () => {
  const analysis = analyzeErrors([
    { code: "connection_timeout", count: 12 },
    { code: "http_404", count: 6 },
    { code: "decode_error", count: 5 },
    { code: "invalid_url", count: 4 },
    { code: "http_5xx", count: 3 },
  ]);
  expect(analysis.total_errors).toBe(30);
  expect(analysis.error_categories).toEqual({ network_errors: 15, invalid_urls: 10, processing_errors: 5 });
  expect(analysis.top_errors[0]).toEqual({ error_type: "connection_timeout", count: 12, percentage: 40 });
  expect(analysis.recommendations.slice(0, 2)).toEqual(["Check network connectivity", "Validate URL format"]);
  expect(analysis.recommendations).toHaveLength(4);
});

test("nothing has failed where nothing has", () => {
  expect(analyzeErrors([])).toEqual({
    total_errors: 0,
    error_categories: { network_errors: 0, invalid_urls: 0, processing_errors: 0 },
    top_errors: [],
    errors: [],
    recommendations: ["No errors found"],
  });
});

test("ten causes are told with their share, and all are counted, also one that this version does not know", () => {
  const codes = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
  const analysis = analyzeErrors(codes.map((code) => ({ code: `unheard_of_${code}`, count: 1 })));
  expect(analysis.total_errors).toBe(12);
  expect(analysis.top_errors).toHaveLength(10);
  expect(analysis.top_errors[0]?.percentage).toBe(8.3);
  expect(analysis.errors.map(({ error_type }) => error_type)).toEqual(
    codes.map((code) => `unheard_of_${code}`),
  );
  expect(analysis.error_categories.processing_errors).toBe(12);
});

test("what is recommended is about what failed", () => {
  const about = (code: string) => analyzeErrors([{ code, count: 1 }]).recommendations;
  expect(about("dns_unavailable")).toEqual(["Check network connectivity"]);
  expect(about("blocked_address")).toEqual(["Validate URL format"]);
  expect(about("http_404")).toEqual([expect.stringContaining("still at their addresses")]);
  expect(about("not_an_image")).toEqual([expect.stringContaining("JPEG")]);
});
