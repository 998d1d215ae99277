/** Thousands of readers of one topic; a process of its own, started by `events.bench.ts`. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type ClientOrder, type ClientReport, clockMs } from "./events-order.ts";

const order: ClientOrder = JSON.parse(process.argv[2] ?? "{}");
const snapshot = Buffer.from("event: snapshot");
const measured = Buffer.from("event: measured");
let times: number[] = [];

async function open(topic: string): Promise<Socket> {
  const socket = connect(order.port, "127.0.0.1");
  await once(socket, "connect");
  socket.write(`GET /api/v1/events?topic=${encodeURIComponent(topic)} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await new Promise<void>((resolve) => {
    socket.on("data", function look(piece: Buffer) {
      if (!piece.includes(snapshot)) return;
      socket.off("data", look);
      resolve();
    });
  });
  return socket;
}

function report(): void {
  const done: ClientReport = { times };
  times = [];
  process.send?.(done);
}

for (let opened = 0; opened < order.reading; opened += 100) {
  const some = await Promise.all(Array.from({ length: 100 }, () => open(order.topic)));
  for (const socket of some) {
    socket.on("data", (piece: Buffer) => {
      if (!piece.includes(measured)) return;
      times.push(clockMs());
      if (times.length === order.reading) report();
    });
  }
}
const idle = await Promise.all(Array.from({ length: order.idle }, () => open(order.idleTopic)));
for (const socket of idle) socket.pause();
report();
process.once("disconnect", () => process.exit());
