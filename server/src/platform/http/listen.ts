import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import { AppError } from "../errors.ts";

export interface ListenSettings {
  readonly host: string;
  readonly port: number;
  /** Further ports for the same service. */
  readonly ports: readonly number[];
}

export interface Listening {
  /** Port of the service; the one taken where 0 was asked for. */
  readonly port: number;
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
  await http.listen({ host, port }).catch((error: unknown) => {
    throw cannotListen(error, "PORT", host, port);
  });
  const further: Server[] = [];
  try {
    for (const another of ports) further.push(await bind(twin(http), "PORTS", host, another));
  } catch (error) {
    for (const server of further) server.close();
    await http.close();
    throw error;
  }
  const { port: taken } = http.server.address() as AddressInfo;
  return {
    port: taken,
    async close(graceMs) {
      const servers = [http.server, ...further];
      const cut = setTimeout(() => {
        for (const server of servers) server.closeAllConnections();
      }, graceMs);
      await Promise.all([http.close(), ...further.map(closed)]);
      clearTimeout(cut);
    },
  };
}

/** A server on another port with the same limits on slow clients. */
function twin(http: FastifyInstance): Server {
  const { requestTimeout, headersTimeout, keepAliveTimeout } = http.server;
  const server = createServer({ requestTimeout, headersTimeout, keepAliveTimeout }, http.routing);
  for (const listener of http.server.listeners("clientError")) {
    server.on("clientError", listener as Parameters<Server["on"]>[1]);
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

function closed(server: Server): Promise<void> {
  server.closeIdleConnections();
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}

function cannotListen(error: unknown, variable: string, host: string, port: number): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const message = {
    EADDRINUSE: `Port ${port} on ${host} is in use by another program; stop that one, or set ${variable} to another port.`,
    EACCES: `Port ${port} needs more rights than this process has; set ${variable} to a port above 1023.`,
    EADDRNOTAVAIL: `${host} is no address of this machine; set HOST to one, or to 127.0.0.1.`,
    ENOTFOUND: `${host} could not be resolved; set HOST to an address of this machine, or to 127.0.0.1.`,
  }[String(code)];
  return message ? new AppError({ code: "cannot_listen", status: 500, message, cause: error }) : error;
}
