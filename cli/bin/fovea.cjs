#!/usr/bin/env node
"use strict";
const { existsSync } = require("node:fs");
const { availableParallelism } = require("node:os");
const { join } = require("node:path");
const { pathToFileURL } = require("node:url");

// The pool of threads that pictures are encoded in is as large as this says when the first one starts, and loading a
// module starts one: so this file is CommonJS, and says it first. Encoders take a thread each, files the others.
process.env.UV_THREADPOOL_SIZE ??= String(Math.min(32, Math.max(4, availableParallelism() + 2)));

const built = join(__dirname, "..", "dist", "main.js");
const source = join(__dirname, "..", "src", "main.ts");
const runner = join(__dirname, "..", "..", "scripts", "run.mjs");

// In a checkout nothing has to be built: there the source runs, on the Node that npm brought.
if (existsSync(source) && existsSync(runner)) {
  process.argv.splice(2, 0, source);
  void import(pathToFileURL(runner).href);
} else {
  void import(pathToFileURL(built).href);
}
