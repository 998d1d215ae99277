import { StatusBadge } from "../../../parts/status-badge.tsx";
import type { Verdict } from "./batch-api.ts";

/** What was said of a result, in a word, an icon and a colour. */
export const VerdictBadge = ({ verdict }: { readonly verdict: Verdict }) => <StatusBadge status={verdict} />;
