import { readFile } from "node:fs/promises";
import type { FastifyPluginAsync } from "fastify";
import { notFound } from "../../../platform/http/framework-errors.ts";
import { sampleTypes } from "./samples.ts";

const folder = new URL("../../../../samples/", import.meta.url);

/** The pictures of the sample batch: the service's own origin, for a first look without a network. */
export const sampleRoutes: FastifyPluginAsync = async (http) => {
  http.get<{ Params: { name: string } }>(
    "/samples/:name",
    { config: { access: "public" }, schema: { hide: true } },
    async ({ params: { name } }, reply) => {
      // Only names of the list reach the file system, so no path does.
      const type = sampleTypes.get(name);
      if (type === undefined) throw notFound();
      const bytes = await readFile(new URL(name, folder));
      return reply.type(type).header("cache-control", "public, max-age=3600").send(bytes);
    },
  );
};
