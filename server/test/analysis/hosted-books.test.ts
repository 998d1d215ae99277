import { expect, test } from "vitest";
import { describeDatabase } from "../databases.ts";
import { assertBooksAgree, assertEachAnswered, billOf, readOurBooks } from "./both-books.ts";
import { csvOf } from "./client.ts";
import { allAnswered, booksClosed, keyLabels, startHostedRun } from "./hosted-run.ts";
import { startService } from "./service-process.ts";

/** `npm run soak`: many. What several keys, chunks and slots get wrong, they get wrong with fewer too. */
const rows = process.env["SOAK"] === "1" ? 3_000 : 300;

describeDatabase(
  `a batch of ${rows} pictures over three keys`,
  (underTest) => {
    test("asks once for each row, and its books are the provider's to the request and to the micro-dollar", {
      timeout: 300_000,
    }, async () => {
      const place = await underTest.place();
      const run = await startHostedRun({ rows, latency: { fromMs: 5, toMs: 50, seed: 1 } });
      const service = await startService(place, {
        ...run.environment,
        ...{ CHUNK_SIZE: "100", MAX_CONCURRENT_REQUESTS: "25", MAX_CONCURRENT_WORKERS: "100" },
      });
      const { id } = await service.client.create(csvOf(...run.urls));
      await allAnswered(service.client, id, 240_000);
      expect(await assertEachAnswered(service.client, id, run)).toBe(0);
      const { usage } = await service.client.details(id);
      expect(await service.terminate()).toBe(0);
      await booksClosed(run.gemini);

      const bill = billOf(run);
      expect(bill.requests).toBe(rows);
      expect(usage).toEqual({
        ...{ calls: bill.requests, input_tokens: bill.inputTokens, output_tokens: bill.outputTokens },
        ...{ estimated_cost_usd: bill.costMicros / 1e6, unpriced_calls: 0 },
        ...{ possibly_paid_twice: 0, possibly_paid_twice_calls: [] },
      });
      const ours = await readOurBooks(place, id);
      expect(assertBooksAgree(run, ours)).toEqual([]);
      const { requests, ofKeys: _, ...amounts } = bill;
      expect(ours.total).toEqual({ calls: requests, ...amounts, unpriced: 0, possiblyPaidTwice: 0 });
      expect(Object.keys(bill.ofKeys).sort()).toEqual(keyLabels);
      for (const { keyLabel, calls, inputTokens, outputTokens } of ours.ofKeys)
        expect({ requests: calls, inputTokens, outputTokens }).toEqual(bill.ofKeys[keyLabel ?? ""]);
    });
  },
  { ordinarily: "postgresql" },
);
