import { fileURLToPath } from "node:url";
import { type RunningProcess, startProcess } from "../../scripts/fixture-process.ts";
import { temporaryFolder } from "../../server/test/world.ts";

type Environment = Readonly<Record<string, string>>;

export interface ServiceProcess extends RunningProcess {
  readonly baseUrl: string;
  /** As a supervisor ends it; resolves with the code it ended with. */
  terminate(): Promise<number | null>;
}

const ourMain = fileURLToPath(new URL("../../server/src/main.ts", import.meta.url));
const flags = ["--disable-warning=ExperimentalWarning", "--conditions=fovea-source"];

/** What all processes of one installation have in common, but for the addresses of their servers. */
export async function sharedSettings(): Promise<Environment> {
  return {
    IMAGE_STORAGE_PATH: await temporaryFolder(),
    JWT_SECRET_KEY: "of all processes together, in these tests",
    WEBHOOK_SECRET: "theirs as well",
    API_KEY: "key of the load",
    // Pictures and receivers of webhooks are on loopback here.
    ALLOW_PRIVATE_NETWORKS: "loopback",
    ...{ RATE_LIMITS: "off", SAMPLE: "off", RETRY_BASE_MS: "1" },
  };
}

/**
 * A process of an installation, ready. It ends with the test.
 *
 * @param main the program; ours where nothing is said
 */
export const startServiceProcess = (env: Environment, main = ourMain): Promise<ServiceProcess> =>
  beginServiceProcess(env, main).then(({ ready }) => ready());

/** The same before it is ready: what it says until then can be waited for. */
export async function beginServiceProcess(env: Environment, main = ourMain) {
  const running = startProcess(process.execPath, [...flags, main], {
    cwd: await temporaryFolder(),
    env: { PATH: process.env["PATH"] ?? "", DATA_DIR: "./data", PORT: "0", ...env },
  });
  const terminate = async () => {
    running.child.kill("SIGTERM");
    return (await running.ended).code;
  };
  return {
    ...running,
    terminate,
    async ready(): Promise<ServiceProcess> {
      await running.shown('"msg":"ready"');
      const port = /"port":(\d+)/.exec(running.output())?.[1];
      return { ...running, terminate, baseUrl: `http://127.0.0.1:${port}` };
    },
  };
}

/** Runs a command of the service, such as `migrate`; resolves with what it printed, and rejects if it failed. */
export async function runCommandProcess(
  command: string,
  env: Environment,
  args: readonly string[] = [],
): Promise<string> {
  const script = fileURLToPath(new URL(`../../server/src/${command}.ts`, import.meta.url));
  const { ended } = startProcess(process.execPath, [...flags, script, ...args], {
    cwd: await temporaryFolder(),
    env: { PATH: process.env["PATH"] ?? "", DATA_DIR: "./data", ...env },
  });
  const { code, output } = await ended;
  if (code !== 0) throw new Error(`${command} ended with ${code}:\n${output}`);
  return output;
}
