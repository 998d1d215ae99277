import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { inflateRawSync } from "node:zlib";
import sharp from "sharp";
import { expect, it } from "vitest";
import type { ArchivedIcon } from "./archived-icon.ts";
import { type BatchArchive, streamArchive } from "./batch-archive.ts";
import { iconFileName } from "./icon-file-name.ts";

const noon = new Date("2026-11-21T12:00:00.000Z");
const batch = { id: "8a0f1c8e-3f1e-4c0e-9a52-3d0a5f2f3f10", createdAt: noon };
const nobody = new AbortController().signal;

const nameOf = (category: string, hash8: string, size?: number) =>
  iconFileName(category, noon, hash8, size === undefined ? {} : { size });

function iconOf(category: string, outcome: ArchivedIcon["outcome"]): ArchivedIcon {
  const item: ArchivedIcon["item"] = {
    ...{ category, key: "tools", style: "flat", colorScheme: "blue_tones" },
    ...{ customElements: ["saw"], variation: 0, take: 0 },
  };
  return { item, outcome };
}

const madeOf = (category: string, names: readonly [string, ...string[]], provider = "local") => {
  const [main, ...others] = names.map((name) => ({ name, format: "png", size: null }) as const);
  const files = [main ?? expect.fail(), ...others] as const;
  return iconOf(category, { as: "made", files, provider, facts: { license: "ISC" } });
};

/** Files in memory: what is opened is counted, and whether it was let go. */
function setup(icons: readonly ArchivedIcon[], files: Readonly<Record<string, string>>) {
  const opened: Readable[] = [];
  const thumbnail = {
    ...{ data: Buffer.alloc(128 * 128 * 4, 90), width: 128, height: 128 },
    channels: 4 as const,
  };
  const archive: BatchArchive = {
    ...{ batch, icons },
    async open(name) {
      const text = files[name];
      if (text === undefined) return null;
      const stream = Readable.from([Buffer.from(text)]);
      opened.push(stream);
      return stream;
    },
    thumbnail: async () => thumbnail,
  };
  return { archive, opened };
}

/** Names and contents in the order of the archive's directory. */
function unzipped(zip: Buffer): ReadonlyMap<string, Buffer> {
  const end = zip.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
  const found = new Map<string, Buffer>();
  let at = zip.readUInt32LE(end + 16);
  for (let entry = 0; entry < zip.readUInt16LE(end + 10); entry += 1) {
    const [method, size] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20)];
    const [nameBytes, extraBytes] = [zip.readUInt16LE(at + 28), zip.readUInt16LE(at + 30)];
    const local = zip.readUInt32LE(at + 42);
    const begin = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const bytes = zip.subarray(begin, begin + size);
    const name = zip.subarray(at + 46, at + 46 + nameBytes).toString();
    found.set(name, method === 8 ? inflateRawSync(bytes) : bytes);
    at += 46 + nameBytes + extraBytes + zip.readUInt16LE(at + 32);
  }
  return found;
}

it("a batch is its icons, a contact sheet, two indexes and the licence of what is not ours", async () => {
  const [one, small, other] = [
    nameOf("tools", "00000001"),
    nameOf("tools", "00000001", 64),
    nameOf("sports", "00000002"),
  ];
  const { archive } = setup(
    [
      madeOf("Tools", [one, small]),
      iconOf("Cars", { as: "failed", code: "provider_refused", message: "The model refused it." }),
      madeOf("sports", [other], "openai"),
    ],
    { [one]: "one", [small]: "small", [other]: "other" },
  );
  const zip = await buffer(streamArchive(archive, nobody));
  const files = unzipped(zip);
  expect([...files.keys()]).toEqual([
    ...[`icons/${one}`, `icons/${small}`, `icons/${other}`],
    ...["contact-sheet.png", "index.html", "index.css", "index.json", "LICENSE-lucide.txt"],
  ]);
  expect(files.get(`icons/${small}`)?.toString()).toBe("small");
  const index = JSON.parse(files.get("index.json")?.toString() ?? "");
  expect(index).toMatchObject({ batch_id: batch.id, total: 3, successful: 2, failed: 1 });
  expect(index.icons[0]).toEqual({
    ...{
      category: "Tools",
      style: "flat",
      color_scheme: "blue_tones",
      variation: 0,
      custom_elements: ["saw"],
    },
    file: `icons/${one}`,
    files: [one, small].map((name) => ({ path: `icons/${name}`, format: "png", size: null })),
    ...{ provider: "local", facts: { license: "ISC" }, error: null },
  });
  expect(index.icons[1]).toMatchObject({ file: null, error: { code: "provider_refused" } });
  // Two icons, in a row that would have room for more.
  expect(await sharp(files.get("contact-sheet.png")).metadata()).toMatchObject({ width: 304, height: 160 });
  expect(files.get("LICENSE-lucide.txt")?.toString()).toContain("ISC License");
  expect((await buffer(streamArchive(archive, nobody))).equals(zip)).toBe(true);
});

it("the page has nothing of a name in its markup, and no script", async () => {
  const name = nameOf("tools", "00000001");
  const hostile = `"><script>alert(1)</script>&'`;
  const { archive } = setup(
    [madeOf(hostile, [name]), iconOf(hostile, { as: "failed", code: "x", message: hostile })],
    { [name]: "one" },
  );
  const html =
    unzipped(await buffer(streamArchive(archive, nobody)))
      .get("index.html")
      ?.toString() ?? "";
  expect(html).not.toMatch(/<script|style=|\son\w+=/i);
  expect(html.match(/&quot;&gt;&lt;script&gt;alert\(1\)&lt;\/script&gt;&amp;&#39;/g)).toHaveLength(4);
  expect(html).toContain(`<img src="icons/${name}"`);
});

it("what is gone is told, what stands there twice is stored once, and models' icons have no licence of ours", async () => {
  const [gone, there] = [nameOf("tools", "00000001"), nameOf("sports", "00000002")];
  const { archive, opened } = setup(
    [madeOf("tools", [gone]), madeOf("sports", [there], "openai"), madeOf("Sports", [there], "openai")],
    { [there]: "there" },
  );
  const files = unzipped(await buffer(streamArchive(archive, nobody)));
  expect(opened).toHaveLength(1);
  expect([...files.keys()]).toEqual([
    ...[`icons/${there}`, "contact-sheet.png", "index.html", "index.css", "index.json"],
  ]);
  const { icons } = JSON.parse(files.get("index.json")?.toString() ?? "");
  expect(icons.map(({ file }: { file: string | null }) => file)).toEqual([
    null,
    `icons/${there}`,
    `icons/${there}`,
  ]);
  expect(icons[0].error.code).toBe("image_not_found");
});

it("a batch of which nothing came has indexes all the same", async () => {
  const { archive } = setup([iconOf("a", { as: "failed", code: "x", message: "No." })], {});
  const files = unzipped(await buffer(streamArchive(archive, nobody)));
  expect([...files.keys()]).toEqual(["index.html", "index.css", "index.json"]);
});

it("a name that is a path breaks it off", async () => {
  const { archive } = setup([madeOf("tools", ["../../etc/passwd"])], { "../../etc/passwd": "root" });
  await expect(buffer(streamArchive(archive, nobody))).rejects.toThrow(TypeError);
});

it("who leaves, and a signal, end what is under way and let go of what is open", async () => {
  const name = nameOf("tools", "00000001");
  for (const leave of ["reader", "signal"] as const) {
    const { archive } = setup([madeOf("tools", [name]), madeOf("other", [nameOf("other", "00000002")])], {});
    const endless = new Readable({
      read() {
        setImmediate(() => this.push(Buffer.alloc(65_536, 1)));
      },
    });
    const controller = new AbortController();
    const asked: string[] = [];
    const open = async (file: string) => {
      asked.push(file);
      return endless;
    };
    const zip = streamArchive({ ...archive, open }, controller.signal);
    const closed = new Promise((resolve) => zip.once("close", resolve));
    zip.once("error", () => {});
    zip.once("data", () => {
      if (leave === "reader") zip.destroy();
      else controller.abort();
    });
    await closed;
    expect(endless.destroyed, leave).toBe(true);
    expect(asked, leave).toEqual([name]);
  }
});

it("a file that is opened after the reader left is let go", async () => {
  const { archive } = setup([madeOf("tools", [nameOf("tools", "00000001")])], {});
  const asked = Promise.withResolvers<void>();
  const late = Promise.withResolvers<Readable>();
  const open = async () => {
    asked.resolve();
    return await late.promise;
  };
  const zip = streamArchive({ ...archive, open }, nobody);
  const closed = new Promise((resolve) => zip.once("close", resolve));
  zip.resume();
  await asked.promise;
  zip.destroy();
  const stream = Readable.from([Buffer.from("late")]);
  late.resolve(stream);
  await closed;
  expect(stream.destroyed).toBe(true);
});
