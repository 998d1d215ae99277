import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import type { PGliteOptions } from "@electric-sql/pglite";

export type WasmModule = NonNullable<PGliteOptions["pgliteWasmModule"]>;

/** Node has it; without the types of browsers it is not declared. */
declare const WebAssembly: { readonly Module: new (bytes: Uint8Array) => WasmModule };

/** How V8 is told to compile everything at once, with its fast compiler and never again with its optimizing one. */
const fastCompilerOnly = ["wasm-dynamic-tiering", "wasm-tier-up", "wasm-lazy-compilation"];

/**
 * PostgreSQL as machine code.
 *
 * One of its functions (105 kB of WebAssembly, used by every start) takes V8's optimizing compiler a second and 600 MB,
 * which a small container does not have; without that the process stays below 300 MB. Statements that only compute
 * become up to half as fast, commits wait for the disk anyway. The flags count while this runs: other WebAssembly of
 * the process is compiled as ever.
 */
export function compileEngine(): WasmModule {
  const bytes = readFileSync(new URL("pglite.wasm", import.meta.resolve("@electric-sql/pglite")));
  for (const flag of fastCompilerOnly) setFlagsFromString(`--no-${flag}`);
  try {
    return new WebAssembly.Module(bytes);
  } finally {
    for (const flag of fastCompilerOnly) setFlagsFromString(`--${flag}`);
  }
}

/** In the place of a module that PGlite would compile and not use. */
export const emptyModule = (): WasmModule =>
  new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
