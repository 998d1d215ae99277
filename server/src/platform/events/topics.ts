import type { Identity } from "../auth/identity.ts";
import { ownTopic } from "./live-event.ts";

/** What can be followed by `<prefix>/<id>`. */
export interface Topic {
  /** Letters: `batch`. */
  readonly prefix: string;
  /**
   * How it is, in JSON: what this caller may see elsewhere, no more and no less.
   *
   * @param id a UUID in lower case
   * @returns null for what there is not, and for what is not this caller's
   */
  snapshot(id: string, identity: Identity): Promise<object | null>;
  /** What of an owner has not ended, newest first, at most {@link mostUnderWay}. */
  underWay(owner: string): Promise<readonly { readonly id: string; readonly data: object }[]>;
}

/** Of each kind, in the snapshot of everything that is one's own. */
export const mostUnderWay = 100;

/** Published under the very name it is followed by, so there is one way to write it. */
const known = /^([a-z]+)\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** @returns how a topic is; null for one that there is not, or that is not this caller's */
export function createTopics(topics: readonly Topic[]) {
  const byPrefix = new Map(topics.map((topic) => [topic.prefix, topic]));

  async function own(owner: string): Promise<object> {
    const all = topics.map(async ({ prefix, underWay }) =>
      (await underWay(owner)).map(({ id, data }) => ({ topic: `${prefix}/${id}`, data })),
    );
    return { under_way: (await Promise.all(all)).flat() };
  }

  return async (topic: string, identity: Identity): Promise<object | null> => {
    if (topic === ownTopic) return own(identity.owner);
    const [, prefix = "", id = ""] = known.exec(topic) ?? [];
    return (await byPrefix.get(prefix)?.snapshot(id, identity)) ?? null;
  };
}
