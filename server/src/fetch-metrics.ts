import { Counter } from "prom-client";
import type { Metrics } from "./platform/metrics.ts";
import type { PictureSource } from "./platform/outbound/picture-source.ts";

/** Counts what is fetched from the sources that it is given, whatever they are for. */
export function measureFetches({ registry }: Metrics): (source: PictureSource) => PictureSource {
  const fetches = new Counter({
    name: "fovea_fetches_total",
    help: "Fetches of images from addresses that users gave: ok, not_modified, failed, and parked where their origin was not asked. Of this process.",
    labelNames: ["outcome"],
    registers: [registry],
  });
  const bytes = new Counter({
    name: "fovea_fetched_bytes_total",
    help: "Bytes of fetched images. Of this process.",
    registers: [registry],
  });
  return (source) => ({
    async fetch(href, options) {
      const fetched = await source.fetch(href, options);
      fetches.inc({ outcome: fetched.status });
      if (fetched.status === "ok") bytes.inc(fetched.bytes.length);
      return fetched;
    },
  });
}
