import { createHost } from "./host.ts";
import { createProgram } from "./program.ts";

const host = createHost(process);
await host.run(createProgram(host));
