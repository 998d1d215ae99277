// Loaded before anything else in the process and in each of its threads: whatever reaches for the network ends there.
const fs = require("node:fs");
const net = require("node:net");
const dns = require("node:dns");
const { isMainThread } = require("node:worker_threads");

fs.writeSync(2, isMainThread ? "guarded process\n" : "guarded thread\n");
const caught = () => {
  fs.writeSync(2, "reached for the network\n");
  process.exit(7);
};
net.Socket.prototype.connect = caught;
dns.lookup = caught;
dns.promises.lookup = caught;
globalThis.fetch = caught;
