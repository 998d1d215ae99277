import { fork } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { photo } from "../server/test/pictures.ts";
import { httpRequest, load, median, type Service, startService } from "./load.ts";

const rounds = 9;
const seconds = 4;
const token = { authorization: "Bearer test-token" };
/** The same 12-megapixel photo for a model that sees 1.2 and for one that sees 3.7 megapixels of it. */
const models = ["claude-haiku-4-5", "claude-sonnet-5"];

/** Service over the wire against the same pipeline in a bare loop; rounds alternate, since machines drift. */
export async function wire(): Promise<void> {
  const picture = await (await photo(4032, 3024)).jpeg({ quality: 90 }).toBuffer();
  const service = await startService({ LOG_LEVEL: "warn" });
  console.log(
    `picture: 4032x3024 JPEG, ${picture.length} bytes; ${rounds} alternating rounds of ${seconds} s`,
  );
  for (const model of models) await compare(service, picture, model);
  await service.stop();
}

async function compare(service: Service, picture: Buffer, model: string): Promise<void> {
  const path = `/api/v1/process?provider=claude&model=${model}`;
  const raw = { ...token, accept: "image/*", "content-type": "image/jpeg" };
  const image = `data:image/jpeg;base64,${picture.toString("base64")}`;
  const body = Buffer.from(JSON.stringify({ image, provider: "claude", options: { model } }));
  const requests = {
    binary: httpRequest("POST", path, raw, picture),
    json: httpRequest("POST", "/api/v1/process", { ...token, "content-type": "application/json" }, body),
  };
  const { width, height } = await resultSize(`http://127.0.0.1:${service.port}${path}`, raw, picture);
  const measured = { bare: [] as Measured[], binary: [] as Measured[], json: [] as Measured[] };
  for (let round = 0; round < rounds; round += 1) {
    measured.bare.push(await bareRate(picture, width, height));
    measured.binary.push(await serviceRate(service, requests.binary));
    measured.json.push(await serviceRate(service, requests.json));
  }
  const { bare } = measured;
  const ratio = (name: "binary" | "json") =>
    median(measured[name].map(({ rate }, round) => rate / (bare[round]?.rate ?? 1))).toFixed(3);
  const cpuRatio = (name: "binary" | "json") =>
    median(measured[name].map(({ cpuMs }, round) => (bare[round]?.cpuMs ?? 1) / cpuMs)).toFixed(3);
  const shown = (values: readonly Measured[]) =>
    `${values.map(({ rate }) => rate.toFixed(1)).join(" ")}; ${median(values.map(({ cpuMs }) => cpuMs)).toFixed(1)} ms of CPU each`;
  console.log(`\nfitted to ${width}x${height} for ${model}, pictures/s`);
  console.log(`  bare loop  ${shown(bare)}`);
  for (const [name, target] of [
    ["binary", "0.90"],
    ["json", "0.80"],
  ] as const) {
    console.log(
      `  ${name.padEnd(9)}  ${shown(measured[name])}\n             ratio ${ratio(name)} (to reach: ${target}), by CPU ${cpuRatio(name)}`,
    );
  }
}

/** Pictures a second, and milliseconds of CPU that the process took for each. */
interface Measured {
  readonly rate: number;
  readonly cpuMs: number;
}

async function resultSize(url: string, headers: Readonly<Record<string, string>>, picture: Buffer) {
  const answer = await fetch(url, { method: "POST", headers, body: new Uint8Array(picture) });
  if (answer.status !== 200) throw new Error(await answer.text());
  await answer.arrayBuffer();
  const side = (name: string) => Number(answer.headers.get(`x-image-${name}`));
  return { width: side("width"), height: side("height") };
}

async function bareRate(picture: Buffer, width: number, height: number): Promise<Measured> {
  const child = fork(fileURLToPath(new URL("bare-loop.ts", import.meta.url)), { execArgv: [] });
  child.send({ picture: picture.toString("base64"), width, height, seconds });
  const [measured] = (await once(child, "message")) as [Measured];
  return measured;
}

async function serviceRate(service: Service, request: Buffer): Promise<Measured> {
  // Two more than there are cores: the next picture is there when an encoder gets free.
  const connections = availableParallelism() + 2;
  const cpuBefore = service.cpuSeconds();
  const report = await load({ port: service.port, requests: [request], connections, seconds });
  const ok = report.statuses["200"] ?? 0;
  if (Object.keys(report.statuses).length !== 1 || ok === 0 || report.failures > 0) {
    throw new Error(`not all answered 200: ${JSON.stringify(report.statuses)}, ${report.failures} failed`);
  }
  return { rate: ok / report.seconds, cpuMs: ((service.cpuSeconds() - cpuBefore) / ok) * 1000 };
}
