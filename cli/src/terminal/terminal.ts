import { once } from "node:events";
import { styleText } from "node:util";
import { createProgress, type Progress, type Screen } from "./progress.ts";
import { visible, visibleJson } from "./visible.ts";

type Style = "bold" | "dim" | "red" | "green" | "yellow";

/** Standard output has what was asked for, standard error everything that is said about it. */
export interface Terminal {
  /** What was asked for: a line on standard output. */
  print(line: string): void;
  /** The same as one JSON document. */
  printJson(value: unknown): void;
  /** The same as a line of JSON, for what comes bit by bit. */
  printJsonLine(value: unknown): void;
  /** The same as it is, as fast as it is taken. */
  printBytes(bytes: Uint8Array): Promise<void>;
  /** A message on standard error; nothing with `--quiet`. */
  say(line: string): void;
  /** What went wrong, on standard error; with `--quiet` too. */
  complain(line: string): void;
  /** Shows how far something is, until it is ended. One at a time. */
  progress(label: string): Progress;
  /** Ends what shows progress, whoever began it. */
  endProgress(): void;
  /** For standard output, in colour where that is a terminal which wants it. */
  paint(style: Style, text: string): string;
  /** Columns of standard output; null where it is no terminal. */
  readonly columns: number | null;
}

export interface TerminalSettings {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly environment: NodeJS.ProcessEnv;
  readonly quiet: boolean;
  /** False with `--no-color`. */
  readonly color: boolean;
}

export function createTerminal(settings: TerminalSettings): Terminal {
  const { stdout, stderr, environment, quiet } = settings;
  const colored = (stream: NodeJS.WriteStream) =>
    settings.color && !environment["NO_COLOR"] && stream.isTTY && environment["TERM"] !== "dumb";
  const painted = (stream: NodeJS.WriteStream, style: Style, text: string) =>
    colored(stream) ? styleText(style, text, { validateStream: false }) : text;
  const moving = stderr.isTTY && environment["TERM"] !== "dumb";
  const screen: Screen = {
    moving,
    get columns() {
      return stderr.columns || 80;
    },
    write: (text) => void stderr.write(text),
  };
  let progress: Progress | undefined;

  /** A line that is being drawn over gives way to one that stays. */
  function write(stream: NodeJS.WriteStream, line: string): void {
    if (stream.isTTY || stream === stderr) progress?.hide();
    stream.write(`${line}\n`);
  }

  return {
    print: (line) => write(stdout, line),
    printJson: (value) => write(stdout, visibleJson(value, 2)),
    printJsonLine: (value) => write(stdout, visibleJson(value)),
    async printBytes(bytes) {
      if (!stdout.write(bytes)) await once(stdout, "drain");
    },
    say(line) {
      if (!quiet) write(stderr, line);
    },
    complain(text) {
      const lines = text.split("\n").map(visible);
      write(
        stderr,
        lines.join("\n").replace(/^error:/, (word) => painted(stderr, "red", word)),
      );
    },
    progress(label) {
      progress?.end();
      progress = createProgress({ label, screen: quiet ? null : screen, now: () => performance.now() });
      return progress;
    },
    endProgress: () => progress?.end(),
    paint: (style, text) => painted(stdout, style, text),
    columns: stdout.isTTY ? stdout.columns || 80 : null,
  };
}
