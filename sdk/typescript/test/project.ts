import { cp, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { compile, root } from "./packages.ts";

/** Puts packages beside it that this repository has, as links. */
export async function lendPackages(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    await symlink(join(root, "node_modules", name), join(folder, "node_modules", name));
  }
}

/** Copies the programs that somebody could have written with a package of `sdk/`: its consumers, and its README's examples. */
export async function copyPrograms(folder: string, name: string, examples: string): Promise<void> {
  const source = join(root, "sdk", name);
  await cp(join(source, "test", "consumers"), folder, { recursive: true });
  const readme = await readFile(join(source, "README.md"), "utf8");
  const shown = [...readme.matchAll(/^```tsx?\n(.*?)^```/gms)].map(([, code]) => code);
  if (shown.length === 0) throw new Error(`The README of ${name} shows nothing.`);
  await writeFile(join(folder, examples), shown.join("\n"));
}

/** Compiles programs of a project as strictly as their author can: against what is installed there, into `out/`. */
export async function compilePrograms(
  folder: string,
  files: readonly string[],
  options: object,
): Promise<void> {
  const strictly = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, outDir: "out" };
  const path = join(folder, `tsconfig.${files[0]}.json`);
  await writeFile(path, JSON.stringify({ compilerOptions: { ...strictly, ...options }, files }));
  await compile(["-p", path]);
}
