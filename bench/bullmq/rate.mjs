// One job for each item on BullMQ: how many a second. Arguments: port of Redis, number of items.
import { Queue, Worker } from "bullmq";

const [port, items] = process.argv.slice(2).map(Number);
const connection = { host: "127.0.0.1", port, maxRetriesPerRequest: null };
const queue = new Queue("items", { connection });
for (let first = 0; first < items; first += 1_000) {
  await queue.addBulk(
    Array.from({ length: 1_000 }, (_, index) => ({ name: "item", data: { n: first + index } })),
  );
}
let left = items;
const began = performance.now();
const ended = Promise.withResolvers();
const worker = new Worker("items", async ({ data }) => ({ n: data.n }), { connection, concurrency: 100 });
worker.on("completed", () => {
  left -= 1;
  if (left === 0) ended.resolve();
});
await ended.promise;
console.log(JSON.stringify({ seconds: (performance.now() - began) / 1_000 }));
await worker.close();
await queue.close();
