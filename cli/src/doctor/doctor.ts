import { connect } from "../connection.ts";
import type { Context } from "../context.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { visible } from "../terminal/visible.ts";
import type { Finding } from "./check.ts";
import { examineMachine } from "./machine.ts";
import { examineService } from "./service.ts";

const colors = { ok: "green", warn: "yellow", fail: "red" } as const;

/** Looks at what the command needs, on this machine and at the service, and says what to do about what is missing. */
export async function doctor(context: Context): Promise<ExitCode> {
  const { terminal, options, environment } = context;
  const findings: Finding[] = [];
  const tell = (found: readonly Finding[]) => {
    findings.push(...found);
    if (options.json) return;
    for (const { name, state, message } of found) {
      terminal.print(
        `${terminal.paint(colors[state], state.padEnd(4))}  ${name.padEnd(13)}  ${visible(message)}`,
      );
    }
  };
  tell(await examineMachine(process.cwd()));
  tell(
    await examineService({
      fovea: await connect(context),
      named: options.url !== undefined || Boolean(environment["FOVEA_URL"]),
      hasToken: options.tokenFile !== undefined || Boolean(environment["FOVEA_TOKEN"]),
      environment,
      now: Date.now,
    }),
  );
  if (options.json) terminal.printJson({ checks: findings.map(({ exitCode: _, ...finding }) => finding) });
  return findings.find(({ state }) => state === "fail")?.exitCode ?? exitCodes.ok;
}
