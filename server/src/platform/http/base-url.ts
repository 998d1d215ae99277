import type { FastifyRequest } from "fastify";

interface BaseOptions {
  /** As it is configured, with the base path; null for the address that a request came to. */
  readonly publicBaseUrl: string | null;
  readonly basePath: string;
}

/** What paths of this service, which begin with the base path, are put behind. No slash at the end. */
export function baseUrlOf({ publicBaseUrl, basePath }: BaseOptions, request: FastifyRequest): string {
  if (publicBaseUrl === null) return `${request.protocol}://${request.host}`;
  return withoutBasePath(publicBaseUrl, basePath);
}

/** The base path may be said in both settings. */
export const withoutBasePath = (publicBaseUrl: string, basePath: string): string =>
  basePath !== "" && publicBaseUrl.endsWith(basePath)
    ? publicBaseUrl.slice(0, -basePath.length)
    : publicBaseUrl;
