import { expect, test } from "vitest";
import { z } from "zod";
import { loadConfig } from "./config.ts";
import { settings } from "./settings.ts";
import { type ShownSetting, shownSettings } from "./shown-settings.ts";

const telltale = "tell-me-not-4711";
/** Enough for what asks for a length; a webhook secret may be any text. */
const text = `${telltale}-${telltale}-${telltale}`;

/** Free text that is no secret: names of models and regions, folders, ids. What is added here is shown to operators. */
const shownAsTheyAre = [
  ...["HOST", "DATA_DIR", "AZURE_TENANT_ID", "AZURE_CLIENT_ID", "IMAGE_STORAGE_PATH"],
  ...["AWS_REGION", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_SESSION_NAME"],
  ...["S3_REGION", "S3_BUCKETS", "GEMINI_MODEL", "OPENAI_VISION_MODEL", "OPENAI_MODEL", "ANTHROPIC_MODEL"],
  ...["VISION_MODEL", "REPLICATE_MODEL", "GEMINI_IMAGE_MODEL", "A1111_MODEL", "MEDIA_MODEL", "MEDIA_MODELS"],
  ...["ICON_MODEL", "OTEL_SERVICE_NAME"],
];

/** Every way in which a setting could carry something secret. */
const carriers = [
  text,
  `s3://key:${telltale}@bucket/prefix`,
  ...["postgres", "redis", "https"].flatMap((scheme) => [
    `${scheme}://user:${telltale}@host/name`,
    `${scheme}://${telltale}@host`,
    `${scheme}://host/name?password=${telltale}`,
  ]),
  `https://a.test,https://user:${telltale}@b.test`,
];

const takes = (name: string, value: string) =>
  z
    .object(settings)
    .partial()
    .safeParse({ [name]: value }).success;

/** What is shown with everything else at its default; a combination that cannot be meant is completed. */
function shownWith(name: string, value: string): readonly ShownSetting[] {
  const beside = { AZURE_TENANT_ID: "8f0e5c1e-6e0b-4b43-9f6e-0f6f2f6f6f6f", AZURE_CLIENT_ID: "an-app" };
  const server = name === "DATABASE_LISTEN_URL" ? { DATABASE_URL: "postgres://db.test/fovea" } : {};
  return shownSettings(
    loadConfig({ AUTH: "off", ...server, ...(name in beside ? beside : {}), [name]: value }),
  );
}

test.for(Object.keys(settings))("%s tells nothing secret, whatever it is set to", (name) => {
  const taken = carriers.filter((value) => takes(name, value));
  for (const value of taken) {
    const shown = shownWith(name, value);
    const [own] = shown.filter((each) => each.name === name);
    expect(own).toMatchObject({ set: true });
    const told = JSON.stringify(shown).includes(telltale);
    expect({ value, told }).toEqual({ value, told: value === text && shownAsTheyAre.includes(name) });
  }
  // What sounds like a secret takes any text, and is marked as one.
  if (/_(KEYS?|SECRET|TOKENS?|CREDENTIALS|PASSWORD|CONNECTION_STRING)$/.test(name) && taken.includes(text)) {
    expect(shownWith(name, text).find((each) => each.name === name)).toMatchObject({
      secret: true,
      value: null,
    });
  }
});

test("values are shown as they could be written, with whether they were set", () => {
  const shown = shownSettings(
    loadConfig({
      ...{
        PORT: "8000",
        ANALYSIS_RATE_LIMIT: "off",
        PREPARE_RATE_LIMIT: "5/second",
        TRUST_PROXY: "10.0.0.0/8",
      },
      ...{ DATABASE_URL: "postgres://fovea:secret@db.test:5433/fovea?sslmode=require", SAMPLE: "no" },
      ...{ IMAGE_STORAGE_PATH: "s3://pictures/all", GEMINI_API_KEYS: "one,two" },
    }),
  );
  const of = (name: string) => {
    const { value, set } = shown.find((each) => each.name === name) ?? {};
    return { value, set };
  };
  expect(of("PORT")).toEqual({ value: "8000", set: true });
  expect(of("CHUNK_SIZE")).toEqual({ value: "2000", set: false });
  expect(of("AUTH")).toEqual({ value: "contract", set: false });
  expect(of("ANALYSIS_RATE_LIMIT")).toEqual({ value: "off", set: true });
  expect(of("PREPARE_RATE_LIMIT")).toEqual({ value: "5/second", set: true });
  expect(of("CATALOG_RATE_LIMIT")).toEqual({ value: "60/minute", set: false });
  expect(of("TRUST_PROXY")).toEqual({ value: "10.0.0.0/8", set: true });
  expect(of("SAMPLE")).toEqual({ value: "off", set: true });
  expect(of("DATABASE_URL")).toEqual({ value: "postgres://db.test:5433/fovea?…", set: true });
  expect(of("IMAGE_STORAGE_PATH")).toEqual({ value: "s3://pictures/all", set: true });
  expect(of("GEMINI_API_KEYS")).toEqual({ value: null, set: true });
  expect(of("API_KEY")).toEqual({ value: null, set: false });
});
