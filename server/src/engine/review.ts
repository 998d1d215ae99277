/** What a person says of a result. */
export const verdicts = ["accepted", "flagged"] as const;
export type Verdict = (typeof verdicts)[number];

export interface Review {
  readonly verdict: Verdict;
  readonly note: string | null;
  /** A name for people. */
  readonly by: string;
  readonly at: Date;
}
