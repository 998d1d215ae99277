// Puts versions of one file until it is killed: 3 MB of one letter each, a letter further each time.
import { createFolderFiles } from "../folder-files.ts";

const [folder = "", mode] = process.argv.slice(2);
const files = createFolderFiles({ folder });
const about = { contentType: "image/png" };
const pieceBytes = 300_000;

async function* version(letter: string, pieces: number) {
  for (let number = 0; number < pieces; number += 1) yield Buffer.alloc(pieceBytes, letter);
}

async function* endless() {
  yield* version("z", 5);
  process.stdout.write("half\n");
  await new Promise(() => setInterval(() => {}, 60_000));
}

if (mode === "half") {
  await files.put("a/b", endless(), about);
} else {
  for (let number = 0; ; number += 1) {
    await files.put("a/b", version(String.fromCharCode(97 + (number % 26)), 10), about);
    process.stdout.write(`${number}\n`);
  }
}
