import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";

/**
 * What a page would load: everything that the module exports, bundled for browsers and minified.
 *
 * @param folder of a project that has the package installed
 * @param external names of packages that the page has anyway
 */
export async function bundleFor(
  folder: string,
  name: string,
  external: readonly string[] = [],
): Promise<{ code: string; gzipBytes: number }> {
  const entry = "\0everything";
  const bundle = await rolldown({
    input: entry,
    cwd: folder,
    platform: "browser",
    external: [...external],
    // A module that is not found is an error, and not a page that fails later.
    onLog(_level, log) {
      throw new Error(log.message);
    },
    plugins: [
      {
        name: "everything",
        resolveId: (id) => (id === entry ? id : null),
        load: (id) => (id === entry ? `export * from ${JSON.stringify(name)};` : null),
      },
    ],
  });
  try {
    const { output } = await bundle.generate({ format: "esm", minify: true });
    const code = output.map((file) => (file.type === "chunk" ? file.code : "")).join("");
    return { code, gzipBytes: gzipSync(code, { level: 9 }).length };
  } finally {
    await bundle.close();
  }
}
