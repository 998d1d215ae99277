import { rmSync } from "node:fs";

/** Files that are being written and not whole yet: they go when the command ends, however it does. */
export interface Leftovers {
  add(path: string): void;
  /** It is whole, or gone already. */
  forget(path: string): void;
  removeAll(): void;
}

export function createLeftovers(): Leftovers {
  const paths = new Set<string>();
  return {
    add: (path) => void paths.add(path),
    forget: (path) => void paths.delete(path),
    removeAll() {
      for (const path of paths) rmSync(path, { recursive: true, force: true });
      paths.clear();
    },
  };
}
