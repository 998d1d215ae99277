import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type SignedRequest, signatureError } from "../../../test/simulators/s3.ts";
import { signS3Request } from "./s3-signature.ts";

// The examples that AWS publishes with the signature's description (sig-v4-header-based-auth).
const credentials = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};
const at = new Date("2013-05-24T00:00:00Z");
const host = "examplebucket.s3.amazonaws.com";
const noBytes = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

test("the published GET of an object has the published signature", () => {
  const request = { method: "GET", host, path: "/test.txt", headers: { range: "bytes=0-9" } };
  const { headers, search } = signS3Request(request, "us-east-1", credentials, at);
  expect(search).toBe("");
  expect(headers).toEqual({
    host,
    range: "bytes=0-9",
    "x-amz-content-sha256": noBytes,
    "x-amz-date": "20130524T000000Z",
    authorization:
      "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
  });
});

const empty = { host, headers: {} };

test.each([
  [
    "PUT of an object",
    {
      ...empty,
      method: "PUT",
      path: "/test%24file.text",
      headers: { date: "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY" },
      body: Buffer.from("Welcome to Amazon S3."),
    },
    "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
    "",
  ],
  [
    "GET of a bucket's lifecycle",
    { ...empty, method: "GET", path: "/", query: { lifecycle: "" } },
    "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
    "?lifecycle=",
  ],
  [
    "GET of a list",
    { ...empty, method: "GET", path: "/", query: { prefix: "J", "max-keys": "2" } },
    "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    "?max-keys=2&prefix=J",
  ],
])("the published %s has the published signature", (_, request, signature, search) => {
  const signed = signS3Request(request, "us-east-1", credentials, at);
  expect(signed.headers["authorization"]?.endsWith(`Signature=${signature}`)).toBe(true);
  expect(signed.search).toBe(search);
});

describe("the simulator's own check", () => {
  const published = (signedHeaders: string, signature: string) =>
    `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=${signedHeaders},Signature=${signature}`;
  const plain = { host, "x-amz-content-sha256": noBytes, "x-amz-date": "20130524T000000Z" };
  const usual = "host;x-amz-content-sha256;x-amz-date";

  test.each<[string, SignedRequest]>([
    [
      "PUT of an object",
      {
        method: "PUT",
        target: "/test%24file.text",
        headers: {
          ...plain,
          date: "Fri, 24 May 2013 00:00:00 GMT",
          "x-amz-content-sha256": "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
          "x-amz-storage-class": "REDUCED_REDUNDANCY",
          authorization: published(
            "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
          ),
        },
      },
    ],
    [
      "GET of a bucket's lifecycle",
      {
        method: "GET",
        target: "/?lifecycle",
        headers: {
          ...plain,
          authorization: published(usual, "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        },
      },
    ],
    [
      "GET of a list",
      {
        method: "GET",
        target: "/?prefix=J&max-keys=2",
        headers: {
          ...plain,
          authorization: published(usual, "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
        },
      },
    ],
  ])("accepts the published %s, and not with another secret, path or header", (_, request) => {
    const check = (changed: object, secretAccessKey = credentials.secretAccessKey) =>
      signatureError({ ...request, ...changed }, { ...credentials, secretAccessKey }, "us-east-1", at);
    expect(check({})).toBeNull();
    expect(check({}, "another")).toBe("SignatureDoesNotMatch");
    expect(check({ target: `/other${request.target.slice(1)}` })).toBe("SignatureDoesNotMatch");
    expect(check({ headers: { ...request.headers, host: "elsewhere" } })).toBe("SignatureDoesNotMatch");
    expect(check({ headers: { ...request.headers, "x-amz-more": "unsigned" } })).toBe("AccessDenied");
  });
});

test("whatever is signed is accepted, at any time, in any region, with any token", () => {
  const printable = fc.stringMatching(/^[!-~]{1,40}$/);
  fc.assert(
    fc.property(
      printable,
      printable,
      fc.constantFrom("us-east-1", "auto", "eu-central-2"),
      fc.date({ min: new Date("2000-01-01"), max: new Date("2100-01-01"), noInvalidDate: true }),
      (secretAccessKey, sessionToken, region, time) => {
        const secrets = { accessKeyId: "key", secretAccessKey, sessionToken };
        const path = "/a%20bucket/%C3%BC/a%2Bb%25";
        const request = { method: "GET", host, path, headers: { "if-none-match": '"1"' } };
        const { headers } = signS3Request(request, region, secrets, time);
        expect(headers["x-amz-security-token"]).toBe(sessionToken);
        expect(signatureError({ method: "GET", target: path, headers }, secrets, region, time)).toBeNull();
      },
    ),
  );
});

test("whatever is signed is accepted, with any query and any body", () => {
  const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }).filter((it) => it.isWellFormed());
  fc.assert(
    fc.property(
      fc.constantFrom("GET", "PUT", "POST", "DELETE", "HEAD"),
      fc.dictionary(fc.constantFrom("uploadId", "partNumber", "prefix", "max-keys"), text, {
        noNullPrototype: true,
      }),
      fc.uint8Array({ maxLength: 20 }),
      (method, query, body) => {
        const path = "/a%20bucket/a%2Bb";
        const request = { ...empty, method, path, query, body: Buffer.from(body) };
        const { headers, search } = signS3Request(request, "auto", credentials, at);
        const target = path + search;
        expect(signatureError({ method, target, headers }, credentials, "auto", at)).toBeNull();
      },
    ),
  );
});

test("a query is sorted by its names, whatever follows them", () => {
  const query = { "a-b": "1", a: "2", B: "3", "a b": "4" };
  const { search } = signS3Request({ ...empty, method: "GET", path: "/", query }, "auto", credentials, at);
  expect(search).toBe("?B=3&a=2&a%20b=4&a-b=1");
});
