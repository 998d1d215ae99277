import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { root } from "./dockerfile.ts";

const service = z.looseObject({
  image: z.string(),
  restart: z.string(),
  user: z.string().optional(),
  profiles: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
  env_file: z.string().optional(),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  networks: z.array(z.string()),
  depends_on: z.record(z.string(), z.looseObject({ condition: z.string() })).default({}),
  read_only: z.boolean().default(false),
  cap_drop: z.array(z.string()),
  security_opt: z.array(z.string()),
  stop_grace_period: z.string().optional(),
  healthcheck: z.looseObject({ test: z.array(z.string()) }),
});
export type ComposeService = z.output<typeof service>;

const extended = z.looseObject({ extends: z.object({ file: z.string(), service: z.string() }) });
const file = z.looseObject({
  services: z.record(z.string(), z.looseObject({})),
  networks: z.record(z.string(), z.looseObject({})).default({}),
  volumes: z.record(z.string(), z.looseObject({})).default({}),
});

export interface ComposeFile {
  readonly text: string;
  /** With what they extend in them. */
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

export const stores = "compose.stores.yaml";

export function readCompose(name: string): ComposeFile {
  const text = readFileSync(join(root, "deploy", name), "utf8");
  const raw: unknown = parse(text, { merge: true });
  const { services, networks, volumes } = file.parse(raw);
  return {
    text,
    services: Object.fromEntries(
      Object.entries(services).map(([key, value]) => [key, service.parse(whole(value))]),
    ),
    networks,
    volumes,
  };
}

function whole(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const found = extended.safeParse(value);
  if (!found.success) return value;
  const { extends: from, ...own } = found.data;
  const parsed: unknown = parse(readFileSync(join(root, "deploy", from.file), "utf8"), { merge: true });
  const base = file.parse(parsed).services[from.service];
  if (base === undefined) throw new Error(`${from.file} has no service ${from.service}`);
  return { ...base, ...own };
}

/** The variables that a compose file asks for, with what is said where there is none. */
export const variablesOf = (text: string) =>
  [...text.matchAll(/(?<!\$)\$\{(\w+)(?:(:[-?])([^}]*))?\}/g)].map(([, name = "", kind = "", rest = ""]) => ({
    name,
    required: kind === ":?",
    rest,
  }));
