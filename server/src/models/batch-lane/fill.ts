import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { throughOutages } from "../../platform/database/through-outages.ts";
import type { Instruction } from "../contract.ts";
import { estimateMicros, estimateQuestion } from "../cost.ts";
import type { DeferredQuestion } from "./contract.ts";
import { type Lease, openJob } from "./jobs.ts";
import { type Added, addRequest } from "./requests.ts";
import type { BatchLaneOptions } from "./settings.ts";
import { openSpool, type Spool } from "./spool.ts";

/** A job with its file, as long as this process fills it or is about to hand it over. */
export interface Filling {
  readonly id: string;
  readonly model: string;
  readonly batchId: string;
  readonly instruction: Instruction;
  readonly createdAt: Date;
  readonly spool: Spool;
}

export interface Fill {
  /**
   * Takes a question into a file.
   *
   * @throws what the file system says
   */
  add(question: DeferredQuestion, since: Date | null): Promise<Added>;
  /** Files that are full, or that nothing came to for a while: they are not filled any more. */
  takeFull(): Filling[];
  /** All of them. */
  takeAll(): Promise<Filling[]>;
  readonly open: () => readonly Filling[];
}

interface FillOptions {
  /** Name of the folder of this process. */
  readonly process: string;
  readonly lease: Lease;
  readonly closed: AbortSignal;
  /** Told of what a question may cost that is in a file now. */
  readonly onAdded: (batchId: string, micros: number) => void;
}

/** Files older than so many times the pause that ends them are handed over, however much comes. */
const oldestPauses = 10;

interface Place {
  readonly job: Promise<Filling>;
  /** Who is about to add to it. */
  adding: number;
  /** Its job is not this process's any more, or its file is broken: nobody new is to come to it. */
  isOver: boolean;
}

/** Gathers questions in files, of one batch each: so a job is cancelled with its batch. */
export function createFill(
  options: BatchLaneOptions,
  { process, lease, closed, onAdded }: FillOptions,
): Fill {
  const { database, now } = options;
  const places = new Map<string, Place>();
  /** Nobody new comes to these; they are waited for until nobody is left. */
  const closing = new Map<Place, Filling>();
  const open = new Map<Place, Filling>();

  const begin = async ({ model, instruction, purpose }: DeferredQuestion): Promise<Filling> => {
    const id = randomUUID();
    const createdAt = new Date(now());
    const job = { id, model, instruction, createdAt, batchId: purpose.batchId };
    const spool = await openSpool(join(options.folder, process), id, now);
    try {
      await throughOutages(
        () => openJob(database.sql, { ...job, provider: options.provider }, lease),
        closed,
      );
    } catch (error) {
      await spool.discard();
      throw error;
    }
    return { ...job, spool };
  };

  const placeFor = (question: DeferredQuestion): Place => {
    const name = `${question.purpose.batchId}/${question.model}/${question.instruction.version}`;
    const present = places.get(name);
    if (present) return present;
    const place: Place = { job: begin(question), adding: 0, isOver: false };
    places.set(name, place);
    place.job.then(
      (job) => open.set(place, job),
      () => places.delete(name),
    );
    return place;
  };

  const close = (isDone: (filling: Filling, place: Place) => boolean) => {
    for (const [name, place] of places) {
      const job = open.get(place);
      if (!job || !isDone(job, place)) continue;
      places.delete(name);
      open.delete(place);
      closing.set(place, job);
    }
  };

  const isFull = ({ spool }: Filling, { isOver }: Place) =>
    isOver ||
    spool.isBroken ||
    spool.lines >= options.maxRequests ||
    spool.bytes >= options.maxBytes ||
    now() - spool.lastAt >= options.fillMs ||
    now() - spool.beganAt >= options.fillMs * oldestPauses;

  return {
    async add(question, since) {
      const model = options.models.get(question.model);
      if (!model) throw new TypeError(`${question.model} is no model of this lane`);
      const { instruction, purpose, key, facts } = question;
      const id = randomUUID();
      const line = await options.lines.write(id, {
        ...{ model: question.model, instruction, maxOutputTokens: options.maxOutputTokens },
        ...{ image: question.image, format: question.format, width: question.width, height: question.height },
      });
      const estimate = estimateMicros(model, estimateQuestion(model, question, instruction), "batch");
      const place = placeFor(question);
      place.adding += 1;
      try {
        const { id: jobId, spool } = await place.job;
        const request = {
          ...{ id, jobId, key, facts, purpose, leaseToken: lease.token },
          ...{ estimatedMicros: estimate?.expected ?? null, createdAt: new Date(now()) },
        };
        const added = await throughOutages(() => addRequest(database.sql, request, since), closed);
        if (added === "job gone") place.isOver = true;
        if (added === "added") {
          onAdded(purpose.batchId, request.estimatedMicros ?? 0);
          await spool.add(line);
        }
        return added;
      } finally {
        place.adding -= 1;
      }
    },
    takeFull() {
      close(isFull);
      const ready = [...closing].filter(([place]) => place.adding === 0);
      for (const [place] of ready) closing.delete(place);
      return ready.map(([, job]) => job);
    },
    async takeAll() {
      await Promise.allSettled([...places.values()].map(({ job }) => job));
      close(() => true);
      const all = [...closing.values()];
      closing.clear();
      return all;
    },
    open: () => [...open.values(), ...closing.values()],
  };
}
