import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { createBatches } from "../batches.ts";
import { batchParameters } from "../requests.ts";
import { type AnalysisRoutesOptions, routeConfig } from "../route-options.ts";
import { receiveUpload, refuseEarly } from "../upload.ts";
import { batchPage } from "./batch-page.ts";

const created = z.object({ data: z.object({ batch_id: z.string() }) });

/** The same API for a browser without a program: a form is sent, a page comes back. */
export const analysisPages: FastifyPluginAsync<AnalysisRoutesOptions> = async (scope, options) => {
  const http = scope.withTypeProvider<ZodTypeProvider>();
  const batches = createBatches(options.engine);
  const basePath = scope.prefix;
  const config = routeConfig(options);

  http.get("/batch/:batch_id", {
    config,
    schema: { hide: true, params: batchParameters },
    handler: async (request, reply) => {
      const batch = await batches.find(request.params.batch_id);
      return await options.showPage(request, reply, batchPage(batch, basePath, options.now()));
    },
  });

  http.post("/upload", {
    config,
    schema: { hide: true },
    onRequest: refuseEarly,
    handler: async (request, reply) => {
      const answer = await receiveUpload(options, request, { csvNames: true });
      const redirect = `${basePath}/batch/${created.parse(answer.body).data.batch_id}`;
      const accept = request.headers.accept ?? "";
      const wantsJson = /application\/json/i.test(accept) && !/text\/html/i.test(accept);
      if (!wantsJson) return reply.redirect(redirect, 303);
      return reply.code(answer.status).send({ ...(answer.body as object), redirect_url: redirect });
    },
  });
};
