import { Writable } from "node:stream";
import { describe, expect, test } from "vitest";
import { createPace } from "../src/terminal/pace.ts";
import { createProgress } from "../src/terminal/progress.ts";
import { progressLine, progressSentence } from "../src/terminal/progress-text.ts";
import { createTerminal } from "../src/terminal/terminal.ts";
import { bytes, count, duration } from "../src/terminal/units.ts";
import { textWidth, visible, visibleJson } from "../src/terminal/visible.ts";

const standing = { label: "Analyzing", done: 4500, total: 10_000, perSecond: 12.34, elapsedSeconds: 300 };

describe("progress", () => {
  test("is a bar with share, count, rate, and when it will be done", () => {
    expect(progressLine({ ...standing, note: "3 failed" }, 120)).toBe(
      "Analyzing  [##########--------------]  45 %  4,500/10,000  12/s  ETA 7:26  3 failed",
    );
    expect(progressSentence(standing)).toBe("Analyzing: 4,500 of 10,000 (45 %), 12/s, about 7:26 left");
  });

  test("says what it can where nobody knows the whole, or the rate, and stays on its line", () => {
    const waiting = { ...standing, done: 0, total: null, perSecond: null, elapsedSeconds: 75 };
    expect(progressLine(waiting, 120)).toBe("Analyzing  1:15");
    expect(progressSentence(waiting)).toBe("Analyzing: 1:15 so far");
    expect(progressLine({ ...standing, done: 3, perSecond: 0.05 }, 120)).toContain("3.0/min");
    expect(progressLine({ ...standing, done: 10_000 }, 120)).toContain("[########################]  100 %");
    for (const columns of [80, 20, 2]) {
      const line = progressLine({ ...standing, note: "写真を準備しています".repeat(9) }, columns);
      expect(textWidth(line)).toBeLessThan(columns);
    }
  });

  test("goes by the last half minute: a slow beginning says nothing of the end", () => {
    let now = 0;
    const pace = createPace(() => now);
    expect(pace.at(0)).toBeNull();
    now = 100_000;
    expect(pace.at(100)).toBe(1);
    for (let second = 1; second <= 60; second += 1) {
      now += 1000;
      pace.at(100 + second * 50);
    }
    expect(pace.at(3100)).toBeCloseTo(50, 0);
  });

  test("is at most a line every five seconds in a log, and no line where nothing has changed", () => {
    let now = 0;
    const lines: string[] = [];
    const screen = { moving: false, columns: 80, write: (text: string) => void lines.push(text) };
    const progress = createProgress({ label: "Preparing", screen, now: () => now });
    for (let done = 0; done <= 120; done += 1) {
      now = done * 100;
      progress.show({ done, total: 1000 });
    }
    now += 60_000;
    progress.show({ done: 120, total: 1000 });
    progress.end();
    progress.show({ done: 130, total: 1000 });
    expect(lines).toEqual([
      "Preparing: 50 of 1,000 (5 %), 10/s, about 1:35 left\n",
      "Preparing: 100 of 1,000 (10 %), 10/s, about 1:30 left\n",
      expect.stringContaining("Preparing: 120 of 1,000"),
    ]);
  });
});

test("numbers are written for people", () => {
  expect([0, 999, 1000, 1_234_567].map(count)).toEqual(["0", "999", "1,000", "1,234,567"]);
  expect([0, 1023, 1024, 293_210, 1_047_552, 5_000_000_000].map(bytes)).toEqual([
    "0 B",
    "1023 B",
    "1.0 KB",
    "286 KB",
    "1.0 MB",
    "4.7 GB",
  ]);
  expect([0, 59.6, 3725].map(duration)).toEqual(["0:00", "1:00", "1:02:05"]);
});

test("what comes from elsewhere cannot move the cursor, hide text or turn it around", () => {
  expect(visible("a\u001b[2Jb\r\n\u009b\u202egpj.exe é 写")).toBe(
    "a\\x1b[2Jb\\x0d\\x0a\\x9b\\u202egpj.exe é 写",
  );
  expect(JSON.parse(visibleJson({ name: "\u009b31m\u001b\u2028" }))).toEqual({
    name: "\u009b31m\u001b\u2028",
  });
  expect(visibleJson({ name: "\u009b" })).toBe('{"name":"\\u009b"}');
});

describe("a terminal", () => {
  function setup({ terminal = true, environment = {}, color = true, quiet = false }) {
    const written = { stdout: "", stderr: "" };
    const stream = (name: "stdout" | "stderr") =>
      Object.assign(
        new Writable({
          write(bytes, _encoding, done) {
            written[name] += bytes;
            done();
          },
        }),
        { isTTY: terminal, columns: 80 },
      ) as unknown as NodeJS.WriteStream; // Of a terminal's stream no more than this is used.
    return {
      written,
      ...createTerminal({ stdout: stream("stdout"), stderr: stream("stderr"), environment, color, quiet }),
    };
  }

  test.each([
    [{}, true],
    [{ terminal: false }, false],
    [{ color: false }, false],
    [{ environment: { NO_COLOR: "1" } }, false],
    [{ environment: { NO_COLOR: "" } }, true],
    [{ environment: { TERM: "dumb" } }, false],
  ])("%j: colours %s", (settings, colored) => {
    const { written, complain, paint } = setup(settings);
    complain("error: a\u001b[2Jb\nand more");
    expect(paint("bold", "x") !== "x").toBe(colored);
    expect(written.stderr).toBe(
      `${colored ? "\u001b[31merror:\u001b[39m" : "error:"} a\\x1b[2Jb\nand more\n`,
    );
  });

  test("with --quiet says what went wrong alone; data is never kept back", () => {
    const { written, say, complain, print, progress } = setup({ quiet: true });
    progress("Preparing").show({ done: 1, total: 2 });
    say("a message");
    complain("a failure");
    print("data");
    expect(written).toEqual({ stdout: "data\n", stderr: "a failure\n" });
  });
});
