import { type Likeness, likenessOf, type Measure, startPillow } from "./catalog-likeness.ts";
import {
  hasPillow,
  type Run,
  runNaive,
  runService,
  type Source,
  startCatalogOrigin,
} from "./catalog-world.ts";
import { median } from "./load.ts";

const pictures = 72;
const delayMs = 50;
const rounds = 3;

/** By their names in the tables: the options of the upload, or null for the documented approach. */
const approaches: Readonly<Record<string, Readonly<Record<string, string>> | null>> = {
  Pillow: null,
  fast: { effort: "fast" },
  balanced: { effort: "balanced" },
  best: { effort: "best" },
  auto: { quality: "auto" },
};
const services = Object.keys(approaches).filter((name) => approaches[name]);

/** What an approach made of one picture. */
interface Made {
  readonly source: Source;
  readonly bytes: number;
  /** Null of one that moves: Pillow keeps its first frame only. */
  readonly likeness: Likeness | null;
}

/**
 * The documented approach, one picture after the other with Pillow, beside this service with each effort and with the
 * quality `auto`: the same pictures from the same origin, in alternating order.
 *
 * @param details whether to print each kind of picture on its own
 */
export async function catalog({ details }: { readonly details: boolean }): Promise<void> {
  if (!hasPillow()) {
    console.log("Pillow is what this compares with: apt-get install python3-pil python3-requests");
    return;
  }
  const origin = await startCatalogOrigin(pictures, delayMs);
  const { sources } = origin;
  const megabytes = sum(sources.map(({ bytes }) => bytes.length)) / 1e6;
  console.log(
    `${pictures} pictures of ${megabytes.toFixed(1)} MB, ${delayMs} ms away; medians of ${rounds} rounds; to reach with balanced: 3 times`,
  );
  const runs = new Map<string, Run[]>(Object.keys(approaches).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? [...runs] : [...runs].toReversed();
    for (const [name, ran] of order) {
      const options = approaches[name];
      ran.push(options ? await runService(sources, options) : await runNaive(sources));
      const { pictures: different, requests } = await origin.counts();
      if (different !== pictures || requests !== pictures)
        throw new Error(`${name} sent ${requests} requests for ${different} of ${pictures} pictures.`);
    }
  }
  origin.stop();

  printSpeed(runs);
  const made = new Map<string, readonly Made[]>();
  for (const [name, [run]] of runs) if (run) made.set(name, await madeBy(name, sources, run));
  printBytes(sources, made);
  await printEqual(made);
  if (details) printKinds(made);
}

function printSpeed(runs: ReadonlyMap<string, readonly Run[]>): void {
  const naive = runs.get("Pillow") ?? [];
  console.log("\n            images/s   × Pillow   cores busy   CPU ms/image   memory MB");
  for (const [name, ran] of runs) {
    const rate = pictures / median(ran.map(({ seconds }) => seconds));
    const ratios = ran.map(({ seconds }, round) => (naive[round]?.seconds ?? Number.NaN) / seconds);
    const cores = median(ran.map(({ seconds, cpuSeconds }) => cpuSeconds / seconds));
    const cpuMs = (1_000 * median(ran.map(({ cpuSeconds }) => cpuSeconds))) / pictures;
    const memory = Math.max(...ran.map(({ memoryMb }) => memoryMb ?? Number.NaN));
    line(name, [rate, 8, 1], [median(ratios), 10, 2], [cores, 12, 2], [cpuMs, 14, 1], [memory, 11, 0]);
  }
}

async function madeBy(name: string, sources: readonly Source[], run: Run): Promise<readonly Made[]> {
  const made: Made[] = [];
  for (const [index, source] of sources.entries()) {
    const file = run.files[index] ?? Buffer.alloc(0);
    const moves = source.kind.startsWith("moving");
    const likeness = moves ? null : await likenessOf(source.bytes, file, name !== "Pillow");
    made.push({ source, bytes: file.length, likeness });
  }
  return made;
}

function printBytes(sources: readonly Source[], made: ReadonlyMap<string, readonly Made[]>): void {
  const stillsOf = (list: readonly Made[]) => list.filter(({ likeness }) => likeness !== null);
  const naive = bytesOf(stillsOf(made.get("Pillow") ?? []));
  const all = sum(sources.map(({ bytes }) => bytes.length));
  console.log(
    "\nOf pictures that stand still (of those that move, Pillow keeps the first frame only); SSIM of the worst channel at 512 pixels, and of the brightness at all",
  );
  console.log("            MB out   × Pillow   SSIM worst   SSIM luma   all, × in");
  for (const [name, list] of made) {
    const stills = stillsOf(list);
    const likeness = (measure: Measure) => mean(stills.map(({ likeness }) => likeness?.[measure] ?? 0));
    const bytes = bytesOf(stills);
    line(
      name,
      ...([
        [bytes / 1e6, 6, 2],
        [bytes / naive, 10, 3],
        [likeness("worst"), 12, 4],
        [likeness("luma"), 11, 4],
        [bytesOf(list) / all, 11, 3],
      ] as const),
    );
  }
}

/** Of each JPEG, the bytes of Pillow at the quality that is as much like the source. */
async function printEqual(made: ReadonlyMap<string, readonly Made[]>): Promise<void> {
  const pillow = startPillow();
  console.log("\nJPEGs beside Pillow's at equal SSIM, in bytes × Pillow's: in sum, by median, the worst");
  for (const name of services) {
    const jpegs = (made.get(name) ?? []).filter(({ source }) => source.kind.endsWith(".jpg"));
    for (const measure of ["luma", "worst"] as const) {
      const pairs: { ours: number; theirs: number; kind: string }[] = [];
      for (const { source, bytes, likeness } of jpegs) {
        const theirs = likeness && (await pillow.bytesAt(source, measure, likeness[measure]));
        if (theirs) pairs.push({ ours: bytes, theirs, kind: source.kind });
      }
      const ratios = pairs.map(({ ours, theirs }) => ours / theirs);
      const worst = pairs.find(({ ours, theirs }) => ours / theirs === Math.max(...ratios));
      const total = sum(pairs.map(({ ours }) => ours)) / sum(pairs.map(({ theirs }) => theirs));
      console.log(
        `  ${name.padEnd(9)} ${measure.padEnd(6)} ${total.toFixed(3)}  ${median(ratios).toFixed(3)}  ${Math.max(...ratios).toFixed(3)} (${worst?.kind}); ` +
          `${pairs.length} of ${jpegs.length}, the rest are beyond Pillow's scale`,
      );
    }
  }
  pillow.stop();
}

function printKinds(made: ReadonlyMap<string, readonly Made[]>): void {
  const kinds = [...new Set([...made.values()].flat().map(({ source }) => source.kind))].toSorted();
  for (const name of services) {
    console.log(
      `\n${name.padEnd(25)} ours / in   ours / Pillow's   SSIM worst: ours, Pillow's   luma: ours, Pillow's`,
    );
    for (const kind of kinds) {
      const ofKind = (approach: string) =>
        (made.get(approach) ?? []).filter(({ source }) => source.kind === kind);
      const [ours, theirs] = [ofKind(name), ofKind("Pillow")];
      const input = sum(ours.map(({ source }) => source.bytes.length));
      const ssim = (list: readonly Made[], measure: Measure) =>
        mean(list.map(({ likeness }) => likeness?.[measure] ?? Number.NaN)).toFixed(4);
      console.log(
        `  ${kind.padEnd(23)} ${(bytesOf(ours) / input).toFixed(3).padStart(9)} ${(bytesOf(ours) / bytesOf(theirs)).toFixed(3).padStart(16)}` +
          `   ${ssim(ours, "worst").padStart(17)}, ${ssim(theirs, "worst")}   ${ssim(ours, "luma").padStart(12)}, ${ssim(theirs, "luma")}`,
      );
    }
  }
}

/** A row of a table: values, the widths of their columns and their decimals. */
function line(name: string, ...cells: readonly (readonly [number, number, number])[]): void {
  const texts = cells.map(([value, width, digits]) => word(value, digits).padStart(width));
  console.log(`  ${name.padEnd(9)} ${texts.join(" ")}`);
}

const word = (value: number, digits: number) => (Number.isFinite(value) ? value.toFixed(digits) : "–");

const bytesOf = (made: readonly Made[]) => sum(made.map(({ bytes }) => bytes));
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]) => sum(values) / values.length;
