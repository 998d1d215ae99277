import { createServer, type Server } from "node:http";
import type { Metrics } from "./metrics.ts";

/** A server of its own for `/metrics`, without credentials: who may reach its port is the network's business. */
export function createMetricsServer(metrics: Metrics): Server {
  return createServer((request, response) => {
    const [path] = (request.url ?? "").split("?", 1);
    if (path !== "/metrics" || !(request.method === "GET" || request.method === "HEAD")) {
      response.writeHead(404).end();
      return;
    }
    metrics.text().then(
      (text) => response.setHeader("content-type", metrics.contentType).end(text),
      () => response.writeHead(500).end(),
    );
  });
}
