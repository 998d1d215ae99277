/** For vitest: decoders are open or closed for a whole process, whatever the file before has done to them. */
import { configureSharp } from "../src/imaging/sharp.ts";

configureSharp();
