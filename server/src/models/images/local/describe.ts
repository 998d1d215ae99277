import type { ModelDescription } from "../contract.ts";
import { anyShape, seedRule, sideRules } from "../parameter-rules.ts";
import { sides, usualLongSide } from "./choose-size.ts";

/** What of a request the renderer follows. */
export const describeLocal = (): ModelDescription => ({
  parameters: [
    ...sideRules({ minimum: sides.least, maximum: sides.most, step: 1, default: usualLongSide }),
    anyShape,
    seedRule,
  ],
  sizes: null,
  price: null,
  shutdownDate: null,
});
