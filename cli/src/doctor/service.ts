import type { Fovea } from "@fovea/client";
import { describeError } from "../describe-error.ts";
import { exitCodes } from "../exit-codes.ts";
import { duration } from "../terminal/units.ts";
import type { Finding } from "./check.ts";

/** Somebody waits for this. */
const call = { maxRetries: 0, timeout: 5000 };
/** Tokens are taken for a minute longer than they say, webhooks for five. */
const muchSkew = 30;
const tooMuchSkew = 300;

export interface ServiceToExamine {
  readonly fovea: Fovea;
  /** Somebody has named it: else that nothing is there may be as it should be. */
  readonly named: boolean;
  readonly environment: NodeJS.ProcessEnv;
  readonly hasToken: boolean;
  readonly now: () => number;
}

/** Whether the service is there and well, and takes the credentials. */
export async function examineService(service: ServiceToExamine): Promise<readonly Finding[]> {
  const { fovea, named, now } = service;
  const askedAt = now();
  let answer: { data: { status?: unknown }; response: Response };
  try {
    answer = await fovea.get<{ status?: unknown }>("/health", call).withResponse();
  } catch (error) {
    const { message } = describeError(error);
    return [
      named
        ? { name: "service", state: "fail", message, exitCode: exitCodes.unreachable }
        : {
            name: "service",
            state: "warn",
            message: `none at ${fovea.baseUrl}; start one with npm start in a checkout, or name it with FOVEA_URL. fovea prepare and fovea models need none.`,
          },
    ];
  }
  const version = await fovea.get<{ version?: unknown }>(`${fovea.baseUrl}/`, call).then(
    (root) => ` ${String(root.version)}`,
    // Where every address asks for a credential, that one does too; whether it is taken is looked at below.
    () => "",
  );
  const { status } = answer.data;
  const message = `Fovea${version} at ${fovea.baseUrl} is ${String(status)}`;
  return [
    status === "healthy"
      ? { name: "service", state: "ok", message }
      : { name: "service", state: "warn", message: `${message}: its database is out of reach; see its log` },
    ...wire(service),
    clock(answer.response.headers.get("date"), (askedAt + now()) / 2),
    ...(await credentials(service)),
  ];
}

function wire({ fovea, environment, hasToken }: ServiceToExamine): Finding[] {
  const { protocol, hostname } = new URL(fovea.baseUrl);
  const secret = hasToken || environment["FOVEA_API_KEY"] || environment["FOVEA_ADMIN_TOKEN"];
  if (protocol === "https:" || !secret || /^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname)) return [];
  const message = "credentials go to it unencrypted: use https://, unless the network between is your own";
  return [{ name: "wire", state: "warn", message }];
}

function clock(date: string | null, now: number): Finding {
  const there = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(there))
    return { name: "clock", state: "warn", message: "the service does not tell its time" };
  const skew = Math.abs(there - now) / 1000;
  // The header has whole seconds.
  if (skew < 2) return { name: "clock", state: "ok", message: "as the service's" };
  const message = `${duration(skew)} ${there > now ? "behind" : "ahead of"} the service's`;
  if (skew <= muchSkew) return { name: "clock", state: "ok", message };
  return skew <= tooMuchSkew
    ? { name: "clock", state: "warn", message: `${message}: have both set by NTP` }
    : {
        name: "clock",
        state: "fail",
        message: `${message}: tokens and webhooks are refused for that. Have both clocks set by NTP.`,
        exitCode: exitCodes.unexpected,
      };
}

async function credentials({ fovea, environment, hasToken }: ServiceToExamine): Promise<Finding[]> {
  const named = [
    ...(hasToken ? ["token"] : []),
    ...(environment["FOVEA_API_KEY"] ? ["API key"] : []),
    ...(environment["FOVEA_ADMIN_TOKEN"] ? ["administrator's token"] : []),
  ];
  const findings: Finding[] = [];
  const refusal = await refusalOf(fovea, "/api/v1/providers");
  if (refusal === null) {
    const message = named.length === 0 ? "none is asked for" : `accepted (${named.join(", ")})`;
    findings.push({ name: "credentials", state: "ok", message });
  } else if (named.length === 0) {
    const message = `none is set. ${refusal} Batches, media jobs and catalogs may work without.`;
    findings.push({ name: "credentials", state: "warn", message });
  } else {
    findings.push({ name: "credentials", state: "fail", message: refusal, exitCode: exitCodes.access });
  }
  if (!environment["FOVEA_ADMIN_TOKEN"]) return findings;
  const adminRefusal = await refusalOf(fovea, "/admin/quotas");
  findings.push(
    adminRefusal === null
      ? { name: "administrator", state: "ok", message: "accepted" }
      : { name: "administrator", state: "fail", message: adminRefusal, exitCode: exitCodes.access },
  );
  return findings;
}

async function refusalOf(fovea: Fovea, path: string): Promise<string | null> {
  try {
    await fovea.get(path, call);
    return null;
  } catch (error) {
    return describeError(error).message;
  }
}
