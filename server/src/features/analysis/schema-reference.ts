import { isNode } from "./schema-place.ts";

/** Whether it may point into its own schema: `#`, or a JSON pointer behind one. */
export const isLocal = (reference: string): boolean => reference === "#" || reference.startsWith("#/");

/**
 * What a local reference such as `#/$defs/Sign` stands for (RFC 6901, as a fragment).
 *
 * @returns undefined where it stands for nothing
 */
export function resolveReference(root: unknown, reference: string): unknown {
  try {
    const steps = reference.slice(1).split("/").slice(1).map(nameIn);
    return steps.reduce(memberOf, root);
  } catch (error) {
    // What is no percent-encoded text names nothing.
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

const nameIn = (step: string) => decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");

function memberOf(parent: unknown, name: string): unknown {
  if (Array.isArray(parent)) return /^\d+$/.test(name) ? parent[Number(name)] : undefined;
  return isNode(parent) && Object.hasOwn(parent, name) ? parent[name] : undefined;
}
