import type { Logger } from "pino";

export interface TellerOptions<Fact> {
  /**
   * Reads how a thing is, and publishes that with what happened to it.
   *
   * @param facts since it was told last, oldest first; none where it only went on
   */
  readonly tell: (id: string, facts: readonly Fact[]) => Promise<void>;
  /** Between two readings of one thing that can wait. 500. */
  readonly everyMs?: number;
  readonly log: Pick<Logger, "warn">;
}

export interface Teller<Fact> {
  /** It is read at once, or after the reading that is under way. */
  now(id: string, fact: Fact): void;
  /** It is read at once, or when it is its turn again: what goes on all the time costs two readings a second. */
  soon(id: string, fact?: Fact): void;
  /** Tells what waits, and nothing that comes later. */
  close(): Promise<void>;
}

/** Of one thing. */
interface Turn<Fact> {
  facts: Fact[];
  wanted: "no" | "soon" | "now";
  reading: Promise<void> | null;
  resting: NodeJS.Timeout | undefined;
}

/** While a database hangs, the newest are kept. */
const mostFacts = 200;

/**
 * Reads what has changed before it is told: at once, and then at most twice a second for each thing, the last in any
 * case. Of a thing that nothing happens to, nothing is kept.
 */
export function createTeller<Fact>({ tell, everyMs = 500, log }: TellerOptions<Fact>): Teller<Fact> {
  const turns = new Map<string, Turn<Fact>>();
  let closed = false;

  function read(id: string, turn: Turn<Fact>): void {
    const { facts } = turn;
    clearTimeout(turn.resting);
    turn.facts = [];
    turn.wanted = "no";
    turn.reading = tell(id, facts)
      .catch((error: unknown) => log.warn({ err: error, id }, "a live event was not told"))
      .then(() => {
        turn.reading = null;
        if (turn.wanted === "now") read(id, turn);
        else rest(id, turn);
      });
  }

  function rest(id: string, turn: Turn<Fact>): void {
    const end = () => {
      if (turn.wanted === "no") turns.delete(id);
      else read(id, turn);
    };
    if (closed) end();
    else turn.resting = setTimeout(end, everyMs);
  }

  function take(id: string, wanted: "soon" | "now", fact: Fact | undefined): void {
    if (closed) return;
    const known = turns.get(id);
    const turn = known ?? { facts: [], wanted, reading: null, resting: undefined };
    turns.set(id, turn);
    if (fact !== undefined) turn.facts.push(fact);
    if (turn.facts.length > mostFacts) turn.facts.shift();
    if (turn.wanted !== "now") turn.wanted = wanted;
    if (!known || (wanted === "now" && !turn.reading)) read(id, turn);
  }

  return {
    now: (id, fact) => take(id, "now", fact),
    soon: (id, fact) => take(id, "soon", fact),
    async close() {
      closed = true;
      for (const [id, turn] of turns) {
        clearTimeout(turn.resting);
        if (!turn.reading) rest(id, turn);
      }
      while (turns.size > 0) await Promise.all([...turns.values()].map(({ reading }) => reading));
    },
  };
}
