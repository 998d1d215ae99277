import { isLoopbackHost } from "../../network.ts";

export interface AzureResource {
  readonly instrumentationKey: string;
  /** Without a slash at the end. */
  readonly ingestionEndpoint: string;
}

const globalEndpoint = "https://dc.services.visualstudio.com";
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The connection string of an Application Insights resource: `InstrumentationKey=…;IngestionEndpoint=https://…`. A cloud
 * of its own may be named by `EndpointSuffix` and `Location` instead.
 *
 * @returns null where it is none
 */
export function parseConnectionString(text: string): AzureResource | null {
  const fields = new Map(
    text.split(";").map((field) => {
      const [key = "", ...value] = field.split("=");
      return [key.trim().toLowerCase(), value.join("=").trim()] as const;
    }),
  );
  const instrumentationKey = fields.get("instrumentationkey") ?? "";
  if (!uuid.test(instrumentationKey)) return null;
  const endpoint = URL.parse(fields.get("ingestionendpoint") ?? endpointOf(fields));
  if (!endpoint || !isSafe(endpoint)) return null;
  return { instrumentationKey, ingestionEndpoint: endpoint.href.replace(/\/+$/, "") };
}

function endpointOf(fields: ReadonlyMap<string, string>): string {
  const suffix = fields.get("endpointsuffix");
  if (suffix === undefined) return globalEndpoint;
  const location = fields.get("location");
  return `https://${location === undefined ? "" : `${location}.`}dc.${suffix}`;
}

/** Whoever reads along could tell what the service does; on this machine nobody does. */
const isSafe = ({ protocol, hostname, search, hash, username }: URL) =>
  search === "" &&
  hash === "" &&
  username === "" &&
  (protocol === "https:" || (protocol === "http:" && isLoopbackHost(hostname.replace(/^\[|\]$/g, ""))));
