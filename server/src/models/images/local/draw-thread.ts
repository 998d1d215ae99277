import { parentPort, workerData } from "node:worker_threads";
import { draw, type Subject } from "./draw.ts";
import type { FromDrawThread } from "./draw-messages.ts";

if (!parentPort) throw new Error("This file is the body of a worker thread.");
const port = parentPort;
const subject: Subject = workerData;

const send = (message: FromDrawThread, moved: ArrayBuffer[] = []) => port.postMessage(message, moved);

const pixels = draw(subject, (progress) => send({ progress }));
send({ pixels }, [pixels.buffer]);
