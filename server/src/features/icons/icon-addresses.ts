import type { FastifyRequest } from "fastify";
import type { Links } from "../../assets/links.ts";
import { baseUrlOf } from "../../platform/http/base-url.ts";
import type { ReadyIcon } from "./answers.ts";
import type { MadeIcon } from "./made-icon.ts";

interface AddressOptions {
  readonly links: Pick<Links, "iconPath" | "publicUrl">;
  readonly publicBaseUrl: string | null;
  readonly basePath: string;
}

/** Where icons are, for whoever sent a request. */
export function iconAddresses({ links, ...base }: AddressOptions, request: FastifyRequest) {
  const baseUrl = baseUrlOf(base, request);
  const storedAs = (name: string) => `icons/${name}`;
  const url = (name: string) =>
    links.publicUrl({ name: storedAs(name) }) ?? `${baseUrl}${links.iconPath(name)}`;
  return {
    url,
    localPath: storedAs,
    ready({ cached, madeMs, attempts, facts, files }: MadeIcon): ReadyIcon {
      const [main] = files;
      if (!main) throw new Error("an icon has no file");
      return {
        imageUrl: url(main.name),
        localPath: storedAs(main.name),
        tookMs: cached ? 0 : madeMs,
        facts: {
          ...facts,
          ...{ cached, attempts, asset_id: main.assetId },
          ...(files.length > 1 && {
            files: files.map(({ name, format, sides }) => ({
              ...{ url: url(name), format, size: /^\d+$/.test(sides) ? Number(sides) : null },
            })),
          }),
        },
      };
    },
  };
}
