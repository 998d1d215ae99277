import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { onTestFinished } from "vitest";

/**
 * Stands between a service and PostgreSQL and can keep the server's answers back: what was committed is then there, and
 * whoever committed it does not know.
 *
 * @param look asked before anything is passed on to the service; once it says yes, nothing is any more
 */
export async function startAnswerGate(databaseUrl: string, look: () => Promise<boolean>) {
  const target = new URL(databaseUrl);
  let shut = false;
  const reached = Promise.withResolvers<void>();
  const gate = createServer((service) => {
    const server = connect(Number(target.port), target.hostname);
    service.pipe(server);
    service.on("error", () => server.destroy());
    server.on("error", () => service.destroy());
    const pass = async () => {
      for await (const bytes of server) {
        shut ||= await look();
        if (!shut) service.write(bytes);
        else reached.resolve();
      }
      service.end();
    };
    pass().catch(() => service.destroy());
  });
  gate.listen(0, "127.0.0.1");
  await once(gate, "listening");
  onTestFinished(() => void gate.close());
  const through = new URL(databaseUrl);
  through.port = String((gate.address() as AddressInfo).port);
  return {
    /** The address of the database through the gate. */
    url: through.href,
    /** Resolves once an answer was kept back. */
    reached: reached.promise,
  };
}
