import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import { AppError } from "../errors.ts";
import { watchConnections } from "./connections.ts";
import { timeLimits } from "./time-limits.ts";
import { shareUpgrades } from "./upgrades.ts";

export interface ListenSettings {
  readonly host: string;
  readonly port: number;
  /** Further ports for the same service. */
  readonly ports: readonly number[];
}

export interface Listening {
  /** Port of the service; the one taken where 0 was asked for. */
  readonly port: number;
  /** All of them, that one first. */
  readonly ports: readonly number[];
  /**
   * Stops listening and waits for running requests.
   *
   * @param graceMs after which connections are cut; 0 cuts them at once
   */
  close(graceMs: number): Promise<void>;
}

/** @throws {AppError} `port_in_use` and the like, which name the variable to change */
export async function listen(
  http: FastifyInstance,
  { host, port, ports }: ListenSettings,
): Promise<Listening> {
  await http.ready();
  watchConnections(http.server);
  const [address = host, ...further] = addressesOf(host);
  await http.listen({ host: address, port }).catch((error: unknown) => {
    throw cannotListen(error, "PORT", host, port);
  });
  const taken = portOf(http.server);
  const twins: Server[] = [];
  const open = async (variable: string, at: string, on: number) => {
    const server = twin(http);
    watchConnections(server);
    await bind(server, variable, at, on);
    twins.push(server);
    return portOf(server);
  };
  const all = [taken];
  try {
    for (const another of further) await open("PORT", another, taken).catch(unlessAbsent);
    // Naming PORT in PORTS again is how one lists them all, not a mistake.
    for (const one of ports.filter((each) => each === 0 || each !== port)) {
      const opened = await open("PORTS", address, one);
      for (const another of further) await open("PORTS", another, opened).catch(unlessAbsent);
      all.push(opened);
    }
  } catch (error) {
    for (const server of twins) server.close();
    await http.close();
    throw error;
  }
  return {
    port: taken,
    ports: all,
    async close(graceMs) {
      const servers = [http.server, ...twins];
      const cut = setTimeout(() => {
        for (const server of servers) server.closeAllConnections();
      }, graceMs);
      // An answer whose headers left before the drain promised to keep its connection, and would do so to the end.
      const sweep = setInterval(() => {
        for (const server of servers) server.closeIdleConnections();
      }, 100);
      await Promise.all([http.close(), ...twins.map(closed)]);
      clearTimeout(cut);
      clearInterval(sweep);
    },
  };
}

/**
 * Fastify would open both loopback addresses for `localhost` by itself, but closing it does not wait for requests on
 * the second.
 */
const addressesOf = (host: string) => (host === "localhost" ? ["127.0.0.1", "::1"] : [host]);

/** A machine without IPv6 is no reason not to start. */
function unlessAbsent(error: unknown): void {
  const code = error instanceof AppError ? codeOf(error.cause) : codeOf(error);
  if (code !== "EADDRNOTAVAIL" && code !== "EAFNOSUPPORT") throw error;
}

/** A server on another port with the same limits on slow clients. */
function twin(http: FastifyInstance): Server {
  const { requestTimeout, keepAliveTimeout } = http.server;
  const limits = { ...timeLimits(requestTimeout), keepAliveTimeout, requireHostHeader: false };
  const server = createServer(limits, http.routing);
  shareUpgrades(http.server, server);
  for (const event of ["clientError", "checkExpectation"]) {
    for (const listener of http.server.listeners(event)) {
      server.on(event, listener as Parameters<Server["on"]>[1]);
    }
  }
  return server;
}

/** Binds a server of our own, such as that of the metrics, to a port. */
export function bind(server: Server, variable: string, host: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(cannotListen(error, variable, host, port)));
    server.listen({ host, port }, () => resolve(server));
  });
}

/** The port that a listening server has taken. */
export function portOf(server: Server): number {
  // A string is the name of a pipe, and null a server that does not listen: neither is bound to a port here.
  return (server.address() as AddressInfo).port;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}

const codeOf = (error: unknown) => (error instanceof Error && "code" in error ? error.code : undefined);

function cannotListen(error: unknown, variable: string, host: string, port: number): unknown {
  const code = codeOf(error);
  const message = {
    EADDRINUSE: `Port ${port} on ${host} is in use by another program; stop that one, or set ${variable} to another port.`,
    EACCES: `Port ${port} needs more rights than this process has; set ${variable} to a port above 1023.`,
    EADDRNOTAVAIL: `${host} is no address of this machine; set HOST to one, or to 127.0.0.1.`,
    ENOTFOUND: `${host} could not be resolved; set HOST to an address of this machine, or to 127.0.0.1.`,
  }[String(code)];
  return message ? new AppError({ code: "cannot_listen", status: 500, message, cause: error }) : error;
}
