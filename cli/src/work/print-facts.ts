import type { Terminal } from "../terminal/terminal.ts";
import { visible } from "../terminal/visible.ts";

/** What is known of one thing: a name and a value a line, those that are null left out. */
export function printFacts(terminal: Terminal, facts: Readonly<Record<string, string | null>>): void {
  const known = Object.entries(facts).filter((fact): fact is [string, string] => fact[1] !== null);
  const width = Math.max(...known.map(([name]) => name.length));
  for (const [name, value] of known) {
    terminal.print(`${terminal.paint("dim", name.padEnd(width))}  ${visible(value)}`);
  }
}
