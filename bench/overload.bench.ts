import { availableParallelism } from "node:os";
import { photo } from "../server/test/pictures.ts";
import { httpRequest, load, percentile, startService } from "./load.ts";

const seconds = 10;
const token = { authorization: "Bearer test-token" };

/** Peak goodput first, then four times that rate: what is still done, how the rest is refused, how health answers. */
export async function overload(): Promise<void> {
  const picture = await (await photo(2000, 1500)).jpeg({ quality: 90 }).toBuffer();
  const service = await startService({ LOG_LEVEL: "error" });
  const request = httpRequest(
    "POST",
    "/api/v1/process?provider=claude&model=claude-haiku-4-5",
    { ...token, accept: "image/*", "content-type": "image/jpeg" },
    picture,
  );
  const health = httpRequest("GET", "/health");
  const { port } = service;
  const connections = availableParallelism() + 2;
  await load({ port, requests: [request], connections, seconds: 3 });
  const peak = await load({ port, requests: [request], connections, seconds });
  const peakRate = (peak.statuses["200"] ?? 0) / peak.seconds;
  const idleMemory = service.peakMemoryMb();

  const [over, probes] = await Promise.all([
    load({ port, requests: [request], connections: 1000, seconds, rate: peakRate * 4 }),
    load({ port, requests: [health], connections: 4, seconds, rate: 20 }),
  ]);
  const good = (over.statuses["200"] ?? 0) / over.seconds;
  const refused = over.statuses["503"] ?? 0;
  const others = Object.keys(over.statuses).filter((status) => status !== "200" && status !== "503");
  console.log(`picture: 2000x1500 JPEG, ${picture.length} bytes`);
  console.log(`peak          ${peakRate.toFixed(1)} pictures/s with ${connections} connections`);
  console.log(`offered       ${(peakRate * 4).toFixed(1)} requests/s for ${seconds} s`);
  console.log(
    `goodput       ${good.toFixed(1)} pictures/s   ratio ${(good / peakRate).toFixed(3)} (to reach: 0.90)`,
  );
  console.log(
    `refused       ${refused} with 503, of them ${over.retryAfter} with Retry-After; other statuses: ${others.join(", ") || "none"}; lost: ${over.failures}`,
  );
  console.log(
    `health        p50 ${percentile(probes.latencies, 0.5).toFixed(0)} ms, p99 ${percentile(probes.latencies, 0.99).toFixed(0)} ms, ` +
      `max ${percentile(probes.latencies, 1).toFixed(0)} ms (to reach: < 100)`,
  );
  console.log(`answer p99    ${percentile(over.latencies, 0.99).toFixed(0)} ms of those that were done`);
  console.log(`peak memory   ${idleMemory} MB at peak goodput, ${service.peakMemoryMb()} MB in overload`);
  await service.stop();
}
