import { compileEngine, type WasmModule } from "../src/platform/database/embedded/compile.ts";

const held: WasmModule[] = [];

/**
 * The threads of a process share what V8 compiled of the same bytes as long as somebody holds it: half of what opening
 * an embedded database costs is spared to all that are opened after this.
 */
export function holdCompiledEngine(): void {
  if (held.length === 0) held.push(compileEngine());
}
