import fc from "fast-check";
import { expect, test } from "vitest";
import { setup } from "./testing/origins-world.ts";
import { burstOf } from "./token-bucket.ts";
import type { Turn } from "./turn.ts";

test("whatever callers do, no bound is passed, everybody is answered in order, and nothing is left", async () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant("enter" as const), origin: fc.nat(2) }) },
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constantFrom("answered" as const, "unreachable" as const, "aborted" as const),
        which: fc.nat(50),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("abandon" as const), which: fc.nat(50) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.nat(6_000) }) },
  );
  const rate = fc.option(fc.double({ min: 0.5, max: 50, noNaN: true }));
  const property = fc.asyncProperty(
    fc.integer({ min: 1, max: 4 }),
    rate,
    fc.array(step, { minLength: 1, maxLength: 80 }),
    async (concurrency, perSecond, steps) => {
      const world = setup({ concurrency, perSecond, patienceMs: 20_000 });
      const callers: {
        readonly origin: number;
        readonly leaving: AbortController;
        inside: boolean;
        turn: Turn | null;
        answeredAt: number;
        abandoned: boolean;
      }[] = [];
      let answers = 0;
      const begun: { readonly origin: number; readonly at: number }[] = [];
      const enter = (origin: number) => {
        const leaving = new AbortController();
        const caller = {
          origin,
          leaving,
          inside: false,
          turn: null as Turn | null,
          answeredAt: -1,
          abandoned: false,
        };
        callers.push(caller);
        world.origins.enter(`https://${origin}`, leaving.signal).then(
          (turn) => {
            caller.turn = turn;
            caller.answeredAt = answers++;
            caller.inside = turn.state === "go";
            if (caller.inside) begun.push({ origin, at: world.now() });
          },
          () => {
            caller.abandoned = true;
          },
        );
      };
      const end = (
        caller: (typeof callers)[number] | undefined,
        how: "answered" | "unreachable" | "aborted",
      ) => {
        if (caller?.turn?.state !== "go" || !caller.inside) return;
        caller.inside = false;
        caller.turn.leave(how);
      };
      const holds = () => {
        for (const origin of [0, 1, 2]) {
          const inside = callers.filter((caller) => caller.origin === origin && caller.inside);
          expect(inside.length).toBeLessThanOrEqual(concurrency);
          const times = perSecond === null ? [] : begun.filter((one) => one.origin === origin);
          for (const [first, { at: from }] of times.entries()) {
            const count = times.length - first;
            const span = ((times.at(-1)?.at ?? from) - from) / 1000;
            expect(count).toBeLessThanOrEqual(burstOf(perSecond ?? 0) + span * (perSecond ?? 0) + 1e-6);
          }
          // Of those who were let in after waiting nobody overtook another.
          const waited = callers.filter((caller) => caller.origin === origin && caller.turn?.state === "go");
          expect(waited.map(({ answeredAt }) => answeredAt)).toEqual(
            waited.map(({ answeredAt }) => answeredAt).sort((a, b) => a - b),
          );
        }
        const waiting = callers.filter(({ turn, abandoned }) => turn === null && !abandoned).length;
        const running = callers.filter(({ inside }) => inside).length;
        expect(world.origins.state()).toMatchObject({ running, waiting });
      };

      for (const now of steps) {
        if (now.do === "enter") enter(now.origin);
        else if (now.do === "pass") await world.pass(now.ms);
        else if (now.do === "abandon") {
          const waiting = callers.filter(({ turn, abandoned }) => turn === null && !abandoned);
          waiting[now.which % Math.max(1, waiting.length)]?.leaving.abort();
        } else {
          const inside = callers.filter((caller) => caller.inside);
          end(inside[now.which % Math.max(1, inside.length)], now.do);
        }
        await world.settle();
        holds();
      }
      // Nobody waits longer than four seconds, whatever those inside do.
      await world.pass(4_000);
      await world.settle();
      expect(callers.filter(({ turn, abandoned }) => turn === null && !abandoned)).toEqual([]);
      for (const caller of callers) end(caller, "answered");
      expect(world.origins.state()).toMatchObject({ running: 0, waiting: 0 });
      expect(world.timers.size).toBe(0);
    },
  );
  await fc.assert(property, { numRuns: 300 });
});
