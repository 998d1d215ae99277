import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance } from "fastify";
import { jsonSchemaTransform } from "fastify-type-provider-zod";
import { type AccessLevel, setDefaultAccess } from "../auth/access.ts";

export interface OpenApiSettings {
  readonly title: string;
  readonly version: string;
  readonly description: string;
  /** Empty, or a prefix such as `/images`. */
  readonly basePath: string;
}

/** Everything from this service and nothing from elsewhere: Swagger UI sets styles in attributes and shows data images. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; " +
  "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** Collects the routes registered from now on into one OpenAPI 3.1 document. Call it before they are. */
export async function collectOpenApi(http: FastifyInstance, settings: OpenApiSettings): Promise<void> {
  const { title, version, description, basePath } = settings;
  await http.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title, version, description, license: { name: "MIT", identifier: "MIT" } },
      servers: [{ url: basePath || "/" }],
      components: {
        securitySchemes: {
          bearer: { type: "http", scheme: "bearer", description: "Entra ID, HS256 or development token." },
          apiKey: { type: "apiKey", in: "header", name: "X-API-Key" },
        },
      },
    },
    transform: (given) => {
      const { schema, url } = jsonSchemaTransform(given);
      const { access, describe } = given.route.config ?? {};
      // Of what is hidden nothing is left to describe.
      const described = given.schema?.hide === true ? schema : (describe?.(schema) ?? schema);
      return { url, schema: { ...described, security: securityOf(access) } };
    },
  });
}

declare module "fastify" {
  interface FastifyContextConfig {
    /** Adds to what the document says of a route what its validation has no use for. */
    describe?: (schema: FastifySchema) => FastifySchema;
  }
}

type Security = readonly Record<string, readonly string[]>[];

/** What a route asks for with `AUTH=contract`; an empty object stands for nothing at all. */
function securityOf(access: AccessLevel | undefined): Security {
  switch (access) {
    case "public":
      return [];
    case "open":
    case "openOrKey":
      return [{}, { bearer: [] }, { apiKey: [] }];
    case "apiKey":
      return [{ apiKey: [] }, { bearer: [] }];
    default:
      return [{ bearer: [] }];
  }
}

/** Serves the document at `/openapi.json` and a page over it at `/docs`, in the scope that carries the base path. */
export async function openApiRoutes(scope: FastifyInstance): Promise<void> {
  setDefaultAccess(scope, "open");
  scope.get("/openapi.json", { schema: { hide: true } }, async () => scope.swagger());
  await scope.register(swaggerUi, {
    routePrefix: "/docs",
    // Without it the page at /docs, which has no slash at its end, would ask for its scripts beside the base path.
    indexPrefix: scope.prefix,
    staticCSP: policy,
    uiConfig: { deepLinking: true, tryItOutEnabled: true, persistAuthorization: false, validatorUrl: null },
    theme: { title: "Fovea API" },
  });
}
