import { onBoth, openMigrated, runBatch, startEngine, writeBatch } from "./engine-world.ts";
import { median } from "./load.ts";

const sizes = [10_000, 100_000, 1_000_000] as const;
const rounds = 3;

/** Time per item as a batch grows, in alternating rounds, and how fast its progress is read meanwhile. */
export async function engineGrowth(): Promise<void> {
  await onBoth(async (name, place) => {
    const database = await openMigrated(place.url, place.dataDir);
    const engine = startEngine(database);
    await engine.run();
    await runBatch(engine, await writeBatch(engine, 50_000));
    const perItem = new Map<number, number[]>(sizes.map((size) => [size, []]));
    const reads = new Map<number, number[]>(sizes.map((size) => [size, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const size of sizes) {
        // Small ones are repeated, so that each measurement lasts as long as a start and an end do not count.
        const repeats = Math.max(1, 100_000 / size);
        let seconds = 0;
        for (let repeat = 0; repeat < repeats; repeat += 1) {
          const id = await writeBatch(engine, size);
          const ended = runBatch(engine, id);
          let running = true;
          const reading = (async () => {
            while (running) {
              const began = performance.now();
              await engine.read(id);
              reads.get(size)?.push(performance.now() - began);
              await new Promise((resolve) => setTimeout(resolve, 10));
            }
          })();
          seconds += await ended;
          running = false;
          await reading;
        }
        perItem.get(size)?.push((seconds / repeats / size) * 1e6);
      }
    }
    console.log(`\n${name}`);
    const base = median(perItem.get(sizes[0]) ?? []);
    for (const size of sizes) {
      const times = perItem.get(size) ?? [];
      const read = (reads.get(size) ?? []).toSorted((a, b) => a - b);
      const p99 = read[Math.floor(read.length * 0.99)] ?? 0;
      console.log(
        `  ${String(size).padStart(9)} items: ${median(times).toFixed(1)} µs an item (${times.map((time) => time.toFixed(1)).join(", ")}), ` +
          `ratio ${(median(times) / base).toFixed(2)}; progress read p99 ${p99.toFixed(1)} ms`,
      );
    }
    await engine.stop(10_000);
    await database.close();
  });
}
