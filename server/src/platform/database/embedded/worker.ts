import { parentPort, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";
import { compileEngine, emptyModule } from "./compile.ts";
import { DurableFiles } from "./durable-files.ts";
import { startParameters } from "./engine-settings.ts";
import type { FromWorker, ToWorker, WorkerOrder } from "./messages.ts";

/** How PGlite's own code leaves the engine after an ordinary SQL error. */
const SQL_ERROR_STATUS = 100;
/** A large result is sent on in pieces of this size, so that it is not held twice. */
const PIECE_BYTES = 256 * 1024;

if (!parentPort) throw new Error("This file is the body of a worker thread.");
const port = parentPort;
const order: WorkerOrder = workerData;

const send = (message: FromWorker) =>
  port.postMessage(message, message instanceof Uint8Array ? [message.buffer] : []);

/** PostgreSQL's last words; everything else that it logs may hold values of users. */
let lastWords = "";
function listenForLastWords(line: string): boolean {
  if (/^.{0,80}\b(FATAL|PANIC):/.test(line)) lastWords = line.trim();
  return false;
}

/** Nothing of an engine that stopped in the middle can be trusted: the next start recovers from the log. */
function die(error: unknown): never {
  const reason = error instanceof Error ? error.message : String(error);
  send({ failure: lastWords || reason });
  process.exit(1);
}

let walBytes = 0;
const lite = new PGlite({
  fs: new DurableFiles(order.folder, (bytes) => {
    walBytes += bytes;
  }),
  pgliteWasmModule: compileEngine(),
  // initdb has been run: the folder holds a database.
  initdbWasmModule: emptyModule(),
  startParams: startParameters,
  onStderr: listenForLastWords,
});
await lite.waitReady.catch(die);

const module = lite.Module;
const mainLoop = module._PostgresMainLoopOnce;
// PGlite ignores every exception of the engine, also those after which its memory is not to be trusted (a trap, a
// failed allocation, PostgreSQL's own abort on a full disk), and goes on, in the worst case for ever.
module._PostgresMainLoopOnce = () => {
  try {
    mainLoop();
  } catch (error) {
    if ((error as { status?: unknown } | null)?.status !== SQL_ERROR_STATUS) die(error);
    throw error;
  }
};

/** Runs protocol messages to their end. There is one session, so nothing else can run meanwhile. */
function execute(request: Uint8Array, onAnswer: (bytes: Uint8Array) => void): void {
  // Asynchronous in its signature only, as long as nothing is to be synchronised with a browser's storage.
  void lite.execProtocolRawStream(request, { syncToFs: false, onRawData: onAnswer }).catch(die);
}

function answer(request: Uint8Array): void {
  let piece = new Uint8Array(0);
  let used = 0;
  const flush = () => {
    if (used > 0) send(used === piece.length ? piece : piece.slice(0, used));
    used = 0;
  };
  execute(request, (bytes) => {
    if (used + bytes.length > piece.length) {
      flush();
      piece = new Uint8Array(Math.max(bytes.length, piece.length === 0 ? 8192 : PIECE_BYTES));
    }
    piece.set(bytes, used);
    used += bytes.length;
  });
  flush();
}

/** As a client would ask for it. */
function simpleQuery(sql: string): Uint8Array {
  const text = Buffer.from(`${sql}\0`);
  const message = Buffer.alloc(5 + text.length);
  message.write("Q", "latin1");
  message.writeInt32BE(4 + text.length, 1);
  text.copy(message, 5);
  return message;
}

/** The first byte of PostgreSQL's answer to a statement that failed. */
const ERROR_RESPONSE = "E".charCodeAt(0);

/**
 * PGlite has no background processes: without this the log would grow for ever, and recovery with it. Also in the middle
 * of a transaction, which may be a large one; where that has failed already it is tried again after it.
 */
function checkpointIfDue(): void {
  if (walBytes < order.checkpointBytes) return;
  let failed = false;
  execute(simpleQuery("checkpoint"), ([first]) => {
    failed ||= first === ERROR_RESPONSE;
  });
  if (!failed) walBytes = 0;
}

port.on("message", async (message: ToWorker) => {
  if (message === "close") {
    await lite.close().catch(die);
    send("closed");
    port.close();
    return;
  }
  answer(message);
  checkpointIfDue();
});
send("ready");
