import { expect, test } from "vitest";
import { parseConnectionString } from "./connection-string.ts";

const key = "11111111-2222-3333-4444-555555555555";

test.each([
  [
    `InstrumentationKey=${key};IngestionEndpoint=https://westeurope-5.in.example/;LiveEndpoint=https://x/`,
    "https://westeurope-5.in.example",
  ],
  [`instrumentationkey=${key}`, "https://dc.services.visualstudio.com"],
  [`InstrumentationKey=${key};EndpointSuffix=example.cn;Location=east`, "https://east.dc.example.cn"],
  [`InstrumentationKey=${key};EndpointSuffix=example.cn`, "https://dc.example.cn"],
  [`InstrumentationKey=${key};IngestionEndpoint=http://127.0.0.1:9/`, "http://127.0.0.1:9"],
  [`InstrumentationKey=${key};IngestionEndpoint=http://[::1]:9/`, "http://[::1]:9"],
])("%s is sent to %s", (text, ingestionEndpoint) => {
  expect(parseConnectionString(text)).toEqual({ instrumentationKey: key, ingestionEndpoint });
});

test.each([
  ["nothing", ""],
  ["no key", "IngestionEndpoint=https://in.example/"],
  ["a key that is none", "InstrumentationKey=secret"],
  [
    "an endpoint where everybody reads along",
    `InstrumentationKey=${key};IngestionEndpoint=http://in.example/`,
  ],
  ["an endpoint with a password", `InstrumentationKey=${key};IngestionEndpoint=https://me:you@in.example/`],
  ["an endpoint with a query", `InstrumentationKey=${key};IngestionEndpoint=https://in.example/?a=b`],
])("%s is no connection string", (_, text) => {
  expect(parseConnectionString(text)).toBeNull();
});
