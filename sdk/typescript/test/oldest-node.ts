import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

export interface FoundNode {
  readonly path: string;
  /** As in `v20.20.2`. */
  readonly version: string;
}

/** The oldest Node of this machine: clients run on others than the one that npm brought for the service. */
export function oldestNode(): FoundNode {
  const own: FoundNode = { path: process.execPath, version: process.version };
  const others = [
    // npm puts those that it brought before the machine's own.
    ...[process.env["npm_node_execpath"]].filter((path) => path !== undefined),
    ...(process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, "node")),
  ];
  const found = [...new Set(others)].filter(existsSync).map((path) => {
    const { stdout } = spawnSync(path, ["--version"], { encoding: "utf8" });
    return { path, version: (stdout ?? "").trim() };
  });
  const major = ({ version }: FoundNode) => Number(/^v(\d+)\./.exec(version)?.[1]);
  return [own, ...found.filter((node) => major(node) >= 20)].reduce((oldest, node) =>
    major(node) < major(oldest) ? node : oldest,
  );
}
