/** What of Node's `process` is used, where there is one: Node, Bun and Deno have it, browsers do not. */
interface NodeProcess {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly versions?: { readonly node?: string };
  getBuiltinModule?: <Name extends keyof Builtins>(name: Name) => Builtins[Name];
}

interface Builtins {
  readonly "node:fs": typeof import("node:fs");
  readonly "node:fs/promises": typeof import("node:fs/promises");
  readonly "node:path": typeof import("node:path");
  readonly "node:stream": typeof import("node:stream");
  readonly "node:url": typeof import("node:url");
}

// Not by the name alone: without Node's types it is unknown, and a browser may have something else by that name.
const nodeProcess = (globalThis as { process?: NodeProcess }).process;

export const isNode = typeof nodeProcess?.versions?.node === "string";

/** Undefined in a browser, and where it is set to nothing. */
export const environmentVariable = (name: string): string | undefined =>
  nodeProcess?.env?.[name] || undefined;

/** A UUID (RFC 9562, version 4). `crypto.randomUUID` is not there on pages that came over plain HTTP. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  // The digit behind the third dash is 8, 9, a or b by the standard; 8 costs two of 122 random bits.
  return hexOf(bytes).replace(/^(.{8})(.{4}).(.{3}).(.{3})/, "$1-$2-4$3-8$4-");
}

export const hexOf = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/**
 * A module of Node, asked for at run time: no import of it is left for a browser's bundler to stumble over.
 *
 * @throws {TypeError} in a browser
 */
export function builtin<Name extends keyof Builtins>(name: Name): Builtins[Name] {
  if (!nodeProcess?.getBuiltinModule) {
    throw new TypeError(
      "There are no files to read or write by path here: that needs Node.js 20.16 or later.",
    );
  }
  return nodeProcess.getBuiltinModule(name);
}
