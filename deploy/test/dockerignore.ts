import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./dockerfile.ts";

interface Rule {
  readonly pattern: string;
  readonly ignores: boolean;
}

export function readIgnore(): readonly Rule[] {
  return readFileSync(join(root, ".dockerignore"), "utf8")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => ({ pattern: line.replace(/^!/, ""), ignores: !line.startsWith("!") }));
}

/** As Docker reads it: of the rules for a path, or for a folder above it, the last one counts. */
export function isIgnored(rules: readonly Rule[], path: string): boolean {
  const parts = path.split("/");
  const above = parts.map((_, index) => parts.slice(0, index + 1).join("/"));
  const last = rules.findLast(({ pattern }) => above.some((each) => expressionOf(pattern).test(each)));
  return last?.ignores ?? false;
}

/** Unlike a shell's, its `*` takes a leading dot too. */
function expressionOf(pattern: string): RegExp {
  const parts = pattern.split(/(\*\*\/?|\*|\?)/).map((part) => {
    if (part.startsWith("**")) return "(?:.*/)?";
    if (part === "*") return "[^/]*";
    return part === "?" ? "[^/]" : part.replaceAll(/[.+^${}()|[\]\\]/g, "\\$&");
  });
  return new RegExp(`^${parts.join("")}$`);
}
