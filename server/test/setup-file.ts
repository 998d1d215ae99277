/** For vitest: what every test file begins with. */
import { afterAll, afterEach } from "vitest";
import { endFile } from "./end-of-file.ts";
import { stopObserving } from "./observers.ts";

afterEach(stopObserving);
afterAll(endFile);
