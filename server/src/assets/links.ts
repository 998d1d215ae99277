import { createHmac } from "node:crypto";
import { extname } from "node:path/posix";
import type { FastifyRequest } from "fastify";
import { createLiterals } from "../platform/auth/literal.ts";
import type { SecretKeys } from "../platform/secret-keys.ts";
import type { Asset } from "./asset.ts";

export interface LinksSettings {
  /** Bytes that sign links, and nothing else. */
  readonly secrets: SecretKeys;
  /**
   * Which links carry their own leave: those to where reading asks for a credential, which no `<img>` can send.
   */
  readonly signed: { readonly media: boolean; readonly icons: boolean; readonly catalog: boolean };
  /** How long a link opens at least. */
  readonly lifeMs: number;
  /** Empty, or the prefix of every path, such as `/images`. */
  readonly basePath: string;
  /** Address at which the storage itself gives its files to everybody; null where it does not. */
  readonly publicBase: string | null;
  readonly now: () => Date;
}

/** Addresses of stored pictures. */
export interface Links {
  /**
   * `/api/v1/media/<id>`, with `expires` and `signature` where links are signed. Whoever has such a link may see the
   * picture until then, in any size: parameters that ask for one may be added.
   */
  path(asset: Pick<Asset, "id">): string;
  /**
   * `/api/images/<name>`, in the same way.
   *
   * @param name of an icon's file, made of letters of names alone: `tools/tools_20260102030405_0a1b2c3d.png`
   */
  iconPath(name: string): string;
  /** `/api/v1/images/processed/<id>.<extension>`, in the same way. */
  processedPath(asset: Pick<Asset, "id" | "name">): string;
  /** Whether the address of the request is a link of this service that has not expired. */
  opens(request: Pick<FastifyRequest, "url">): boolean;
  /** The address at the storage itself; null where it is not public. */
  publicUrl(asset: Pick<Asset, "name">): string | null;
  /** How long a link opens at least, in milliseconds. */
  readonly lifeMs: number;
}

const dayMs = 24 * 3_600_000;
/**
 * The whole path below the base path: what is signed must be what is served, whatever a route calls its parameters. The
 * router ends a path at `#` too, and Node lets one through: behind it another picture's signed path could be put.
 */
const mediaPath = /^\/api\/v1\/media\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\/?$/i;
const iconPath = /^\/api\/(images\/[a-z0-9_]+\/[a-z0-9_]+\.[a-z]+)$/;

const processedPath =
  /^\/api\/v1\/(images\/processed\/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\.[a-z]+)$/;

/** What a link to this path is signed as: no name of an icon's file is an id, or has one in it. */
const subjectOf = (path: string): string | undefined =>
  mediaPath.exec(path)?.[1]?.toLowerCase() ?? iconPath.exec(path)?.[1] ?? processedPath.exec(path)?.[1];

export function createLinks(settings: LinksSettings): Links {
  const { secrets, signed, lifeMs, basePath, publicBase, now } = settings;

  const signatureOf = (subject: string, expires: string, secret: Uint8Array = secrets[0]) =>
    createHmac("sha256", secret).update(`${subject}\n${expires}`).digest("base64url");

  /** The same for a day: a browser finds in its cache only what has the same address. */
  const expiry = () => String((Math.ceil((now().getTime() + lifeMs) / dayMs) * dayMs) / 1000);

  const withLeave = (path: string, subject: string) => {
    const expires = expiry();
    return `${path}?expires=${expires}&signature=${signatureOf(subject, expires)}`;
  };

  return {
    lifeMs,
    path({ id }) {
      const path = `${basePath}/api/v1/media/${id}`;
      return signed.media ? withLeave(path, id) : path;
    },
    iconPath(name) {
      const path = `${basePath}/api/images/${name}`;
      return signed.icons ? withLeave(path, `images/${name}`) : path;
    },
    processedPath({ id, name }) {
      const subject = `images/processed/${id}${extname(name)}`;
      const path = `${basePath}/api/v1/${subject}`;
      return signed.catalog ? withLeave(path, subject) : path;
    },
    opens({ url }) {
      const [path = "", query = ""] = url.split(/\?(.*)/s);
      if (!path.startsWith(basePath)) return false;
      const subject = subjectOf(path.slice(basePath.length));
      const parameters = new URLSearchParams(query);
      // Each once: of two, another reader might take the other.
      const [expires, ...moreExpires] = parameters.getAll("expires");
      const [signature, ...moreSignatures] = parameters.getAll("signature");
      if (subject === undefined || expires === undefined || signature === undefined) return false;
      if (moreExpires.length > 0 || moreSignatures.length > 0 || !/^\d{1,12}$/.test(expires)) return false;
      const signatures = secrets.map((secret) => signatureOf(subject, expires, secret));
      if (!createLiterals(signatures).has(signature)) return false;
      return now().getTime() < Number(expires) * 1000;
    },
    publicUrl: ({ name }) => (publicBase === null ? null : `${publicBase.replace(/\/+$/, "")}/${name}`),
  };
}
