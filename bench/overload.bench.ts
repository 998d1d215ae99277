import { availableParallelism } from "node:os";
import { photo } from "../server/test/pictures.ts";
import { httpRequest, load, median, percentile, startService } from "./load.ts";

const rounds = 3;
const seconds = 8;
const token = { authorization: "Bearer test-token" };

/** Peak goodput and four times that rate, in turns: what is still done, how the rest is refused, how health answers. */
export async function overload(): Promise<void> {
  const picture = await (await photo(2000, 1500)).jpeg({ quality: 90 }).toBuffer();
  const service = await startService({ LOG_LEVEL: "error" });
  const { port } = service;
  const request = httpRequest(
    "POST",
    "/api/v1/process?provider=claude&model=claude-haiku-4-5",
    { ...token, accept: "image/*", "content-type": "image/jpeg" },
    picture,
  );
  const health = httpRequest("GET", "/health");
  const connections = availableParallelism() + 2;
  await load({ port, requests: [request], connections, seconds: 3 });

  console.log(
    `picture: 2000x1500 JPEG, ${picture.length} bytes; ${rounds} alternating rounds of ${seconds} s; to reach: ` +
      "0.90 of the peak, health below 100 ms",
  );
  const ratios: number[] = [];
  const probed: number[] = [];
  let peakMemory: number | null = null;
  for (let round = 0; round < rounds; round += 1) {
    const peak = await load({ port, requests: [request], connections, seconds });
    const peakRate = (peak.statuses["200"] ?? 0) / peak.seconds;
    peakMemory ??= service.peakMemoryMb();
    const [over, probes] = await Promise.all([
      load({ port, requests: [request], connections: 1000, seconds, rate: peakRate * 4 }),
      load({ port, requests: [health], connections: 4, seconds, rate: 20 }),
    ]);
    const good = (over.statuses["200"] ?? 0) / over.seconds;
    const others = Object.keys(over.statuses).filter((status) => status !== "200" && status !== "503");
    ratios.push(good / peakRate);
    probed.push(...probes.latencies);
    console.log(
      `  peak ${peakRate.toFixed(1)}/s, offered ${(peakRate * 4).toFixed(0)}/s: done ${good.toFixed(1)}/s, ` +
        `refused ${over.statuses["503"] ?? 0} with 503, ${over.retryAfter} with Retry-After; ` +
        `other statuses: ${others.join(", ") || "none"}; lost: ${over.failures}; ` +
        `the load took ${(peak.cpuSeconds / peak.seconds).toFixed(2)} and ${(over.cpuSeconds / over.seconds).toFixed(2)} of a core`,
    );
  }
  probed.sort((a, b) => a - b);
  console.log(`goodput ratio ${median(ratios).toFixed(3)}, median of ${rounds}`);
  console.log(
    `health p50 ${percentile(probed, 0.5).toFixed(0)} ms, p99 ${percentile(probed, 0.99).toFixed(0)} ms, ` +
      `max ${percentile(probed, 1).toFixed(0)} ms, of ${probed.length}`,
  );
  console.log(`peak memory ${peakMemory} MB at peak goodput, ${service.peakMemoryMb()} MB in overload`);
  await service.stop();
}
