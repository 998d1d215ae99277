/** A file system takes 255 bytes; a time, a part and an ending follow. */
const maxNameBytes = 180;

/** A name of a batch as part of a file name: letters and digits of any script, nothing that a file system minds. */
export function fileNameOf(name: string): string {
  const safe = name
    .slice(0, maxNameBytes * 2)
    .normalize("NFC")
    .replace(/[^\p{L}\p{M}\p{N}-]+/gu, "_");
  let kept = "";
  for (const character of safe) {
    if (Buffer.byteLength(kept + character) > maxNameBytes) break;
    kept += character;
  }
  return kept.replace(/^_|_$/g, "") || "batch";
}

/** `20251102_104500`, UTC. */
export const stampOf = (now: Date): string =>
  now.toISOString().replace(/[-:]/g, "").replace("T", "_").slice(0, 15);
