import { expect, test } from "vitest";
import {
  analyzeResponse,
  processResponse,
  thumbnailResponse,
  validateResponse,
} from "../src/features/prepare/schema.ts";
import { expectUnharmed } from "./hostile/unharmed.ts";
import { mutate, smallPictures } from "./mutations.ts";
import { leaveToSoak } from "./needs.ts";
import { seededRandom } from "./pictures.ts";
import { dataUrl, prepareClient, refusal } from "./prepare/client.ts";

/** More of them find more: `FUZZ_IMAGES=100000 FUZZ_SEED=7 npx vitest run server/test/fuzz.test.ts`. */
const images = Number(process.env["FUZZ_IMAGES"] ?? 500);
const seed = Number(process.env["FUZZ_SEED"] ?? 1);
/** Enough that none waits for another. */
const atOnce = 12;

leaveToSoak("broken images, by chance", () => {
  test(
    `${images} mutated images are answered with a result or a refusal in the documented shape, and the process lives`,
    async () => {
      // A mutated size of many megapixels is honest work, only not for a test.
      const client = await prepareClient({ PREPARE_MAX_MEGAPIXELS: "4", LOG_LEVEL: "error" });
      const pictures = await smallPictures();
      const random = seededRandom(seed);
      const statuses = { 200: 0, 422: 0 };

      async function ask(index: number, bytes: Buffer): Promise<void> {
        const image = dataUrl(bytes, ["image/png", "image/jpeg", "image/gif", "image/webp"][index % 4]);
        const format = ["JPEG", "PNG", "WEBP"][index % 3];
        const requests = [
          [
            "process",
            processResponse,
            { provider: "claude", ...(index % 2 === 0 ? {} : { options: { format } }) },
          ],
          ["validate", validateResponse, { provider: "openai" }],
          ["analyze", analyzeResponse, {}],
          ["thumbnail", thumbnailResponse, { width: 20, height: 30 }],
        ] as const;
        for (const [verb, shape, fields] of requests) {
          const answer = await client.send(`/api/v1/${verb}`, { image, ...fields });
          const what = `${verb} of image ${index}, seed ${seed}: ${bytes.toString("hex")}`;
          if (answer.statusCode === 200) {
            expect(shape.safeParse(answer.json()).success, what).toBe(true);
            statuses[200] += 1;
          } else {
            expect(answer.statusCode, `${answer.body}\n${what}`).toBe(422);
            expect(verb, what).not.toBe("validate");
            refusal(answer, 422, "validation_error");
            statuses[422] += 1;
          }
        }
      }

      for (let index = 0; index < images; index += atOnce) {
        const batch = Array.from({ length: Math.min(atOnce, images - index) }, (_, offset) =>
          ask(index + offset, mutate(pictures, random)),
        );
        await Promise.all(batch);
      }
      // Mutations that break everything, or nothing, would show nothing.
      expect(statuses[422]).toBeGreaterThan(images);
      expect(statuses[200]).toBeGreaterThan(images * 1.2);
      await expectUnharmed(client);
    },
    30_000 + images * 60,
  );
});
