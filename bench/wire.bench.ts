import { fork } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { photo } from "../server/test/pictures.ts";
import { httpRequest, load, median, startService } from "./load.ts";

const model = "claude-haiku-4-5";
const rounds = 5;
const seconds = 6;
const token = { authorization: "Bearer test-token" };

async function bareRate(picture: Buffer, width: number, height: number): Promise<number> {
  const child = fork(fileURLToPath(new URL("bare-loop.ts", import.meta.url)), { execArgv: [] });
  child.send({ picture: picture.toString("base64"), width, height, seconds });
  const [rate] = (await once(child, "message")) as [number];
  return rate;
}

/** Service over the wire against the same pipeline in a bare loop; rounds alternate, since machines drift. */
export async function wire(): Promise<void> {
  const picture = await (await photo(4032, 3024)).jpeg({ quality: 90 }).toBuffer();
  const service = await startService({ LOG_LEVEL: "warn" });
  const binary = httpRequest(
    "POST",
    `/api/v1/process?provider=claude&model=${model}`,
    { ...token, accept: "image/*", "content-type": "image/jpeg" },
    picture,
  );
  const dataUrl = `data:image/jpeg;base64,${picture.toString("base64")}`;
  const json = httpRequest(
    "POST",
    "/api/v1/process",
    { ...token, "content-type": "application/json" },
    Buffer.from(JSON.stringify({ image: dataUrl, provider: "claude", options: { model } })),
  );
  const answer = await fetch(
    `http://127.0.0.1:${service.port}/api/v1/process?provider=claude&model=${model}`,
    {
      method: "POST",
      headers: { ...token, accept: "image/*", "content-type": "image/jpeg" },
      body: new Uint8Array(picture),
    },
  );
  const width = Number(answer.headers.get("x-image-width"));
  const height = Number(answer.headers.get("x-image-height"));
  await answer.arrayBuffer();
  const connections = availableParallelism() + 2;
  const rates = { bare: [] as number[], binary: [] as number[], json: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    rates.bare.push(await bareRate(picture, width, height));
    for (const [name, request] of [
      ["binary", binary],
      ["json", json],
    ] as const) {
      const report = await load({ port: service.port, requests: [request], connections, seconds });
      const ok = report.statuses["200"] ?? 0;
      if (Object.keys(report.statuses).some((status) => status !== "200") || report.failures > 0) {
        throw new Error(
          `not all answered 200: ${JSON.stringify(report.statuses)}, ${report.failures} failed`,
        );
      }
      rates[name].push(ok / report.seconds);
    }
  }
  await service.stop();
  const ratio = (name: "binary" | "json") =>
    median(rates[name].map((rate, round) => rate / (rates.bare[round] ?? 1)));
  const round1 = (values: number[]) => values.map((value) => value.toFixed(1)).join(", ");
  console.log(`picture: 4032x3024 JPEG, ${picture.length} bytes, fitted to ${width}x${height} for ${model}`);
  console.log(`bare loop   ${round1(rates.bare)} pictures/s`);
  console.log(
    `binary      ${round1(rates.binary)} pictures/s   ratio ${ratio("binary").toFixed(3)} (to reach: 0.90)`,
  );
  console.log(
    `JSON        ${round1(rates.json)} pictures/s   ratio ${ratio("json").toFixed(3)} (to reach: 0.80)`,
  );
}
