import { stdout, version } from "node:process";
import { type Batch, type BatchStatus, Fovea, NotFoundError, type PreparedImage } from "@fovea/client";

// Somebody's program: compiled against the package as npm has it, and run on the machine's own Node.
const [, , picture = "", prepared = "", address = ""] = process.argv;
const fovea = new Fovea();

const image: PreparedImage = await fovea.prepare.process(
  { path: picture },
  { provider: "openai", format: "JPEG" },
);
await image.save(prepared);

const { batch_id: id } = await fovea.batches.create([{ url: address, shop: 'the "first", one' }], {
  model: "local",
});
const { status }: { status: BatchStatus } = await fovea.batches.wait(id);
const rows: string[][] = [];
for await (const { cells } of fovea.batches.results(id)) rows.push(cells);
const { data: batch, requestId }: { data: Batch; requestId: string | null } = await fovea.batches
  .get(id)
  .withResponse();

const refused: unknown = await fovea.jobs
  .get("019b0000-0000-7000-8000-000000000000")
  .catch((error: unknown) => error);

// @ts-expect-error: it would be any if the types were not found.
batch.nothing;
// @ts-expect-error: no such format.
void (() => fovea.prepare.process(picture, { provider: "openai", format: "BMP" }));

stdout.write(
  JSON.stringify({
    version,
    picture: { format: image.format, width: image.width, bytes: image.size },
    batch: { status, rows, total: batch.batch_info.total_urls, told: requestId !== null },
    refused: refused instanceof NotFoundError ? refused.code : String(refused),
  }),
);
