import { parseArgs } from "node:util";
import { signLocalToken } from "./platform/auth/local-token.ts";
import { loadConfig } from "./platform/config.ts";
import { readEnvironment } from "./platform/environment.ts";
import { AppError } from "./platform/errors.ts";
import { loadSecrets } from "./platform/secrets.ts";

const USAGE = "npm run token -- --subject me --hours 1 [--admin]";

/** Prints an HS256 token on standard output and nothing else there, so that `$(npm run --silent token)` works. */
async function printToken(): Promise<void> {
  const { values } = parseArgs({
    options: {
      subject: { type: "string", default: "me" },
      hours: { type: "string", default: "1" },
      admin: { type: "boolean", default: false },
    },
  });
  const hours = Number(values.hours);
  const config = loadConfig(readEnvironment());
  const { jwtSecrets } = loadSecrets({
    dataDir: config.DATA_DIR,
    jwtSecretKey: config.JWT_SECRET_KEY,
    jwtAcceptedSecretKey: config.JWT_ACCEPTED_SECRET_KEY,
    webhookSecret: config.WEBHOOK_SECRET,
  });
  const token = await signLocalToken({
    secret: jwtSecrets[0],
    subject: values.subject,
    admin: values.admin,
    lifetimeSeconds: hours * 3600,
    now: Date.now(),
  });
  if (process.stderr.isTTY) {
    const role = values.admin ? ", administrator" : "";
    process.stderr.write(`Token for ${values.subject}${role}, valid for ${hours} h:\n`);
  }
  if (config.AZURE_TENANT_ID !== undefined && config.AUTH === "contract") {
    process.stderr.write(
      "Entra ID is configured: the image processor takes its tokens only, not this one.\n",
    );
  }
  process.stdout.write(`${token}\n`);
}

try {
  await printToken();
} catch (error) {
  const parseProblem =
    error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
  if (!(error instanceof AppError || error instanceof RangeError || parseProblem)) throw error;
  process.stderr.write(
    `${(error as Error).message}\n${error instanceof AppError ? "" : `Usage: ${USAGE}\n`}`,
  );
  process.exitCode = 1;
}
