import { Fovea, type MediaJob } from "@fovea/client";

// A page's script, of another origin than the service.
const service = new URL(location.href).searchParams.get("service") ?? "";
const fovea = new Fovea({ baseUrl: service, token: async () => "test-token" });

const canvas = new OffscreenCanvas(1200, 600);
canvas.getContext("2d")?.fillRect(0, 0, 600, 600);
const file = new File([await canvas.convertToBlob({ type: "image/png" })], "drawn.png", {
  type: "image/png",
});
const image = await fovea.prepare.process(file, { provider: "openai", format: "WEBP", max_dimension: 300 });
const shown = await createImageBitmap(image.blob());

const told: boolean[] = [];
const { id } = await fovea.jobs.create({
  prompt: "A harbour at dawn",
  parameters: { width: 320, height: 192 },
});
const job: MediaJob = await fovea.jobs.wait(id, { onProgress: (_job, { live }) => told.push(live) });
const [made] = job.media ?? [];
const download = await fovea.media.download(made?.id ?? "");
const bitmap = await createImageBitmap(await download.blob());

// What needs a disk says so, rather than that something is undefined.
const refused = await fovea.prepare
  .process({ path: "drawn.png" }, { provider: "openai" })
  .catch((error) => error);

const sized = ({ width, height }: ImageBitmap) => [width, height];
document.body.textContent = JSON.stringify({
  prepared: [image.format, image.original_width, ...sized(shown)],
  job: [job.status, ...sized(bitmap)],
  live: told[0],
  refused: String(refused),
});
