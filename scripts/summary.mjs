/**
 * What is read of vitest's JSON report.
 * @typedef {{
 *   status: string,
 *   fullName: string,
 *   failureMessages?: readonly string[],
 *   meta?: { notRun?: { what: string, why: string } },
 * }} TestResult
 * @typedef {{ status: string, assertionResults: TestResult[] }} FileResult
 * @typedef {{ testResults: FileResult[] }} Report
 * @typedef {{ passed: number, failed: number, skipped: number, notRun: string[], secondTry: string[] }} Counts
 */

/**
 * Counts a test run. What failed outside a test counts as one: a file that could not be imported, a worker
 * that crashed, an unhandled rejection, vitest itself.
 * @param {Report | undefined} report undefined if vitest ended before it wrote one
 * @param {number} exitCode of vitest
 * @returns {Counts}
 */
export function countReport(report, exitCode) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  /** @type {Set<string>} */
  const notRun = new Set();
  /** @type {string[]} */
  const secondTry = [];
  for (const file of report?.testResults ?? []) {
    const failedBefore = counts.failed;
    for (const test of file.assertionResults) {
      if (test.status === "passed") {
        counts.passed += 1;
        // The report does not number the tries; a test that passed and has failures had them in the one before.
        const [failure] = test.failureMessages ?? [];
        if (failure !== undefined) secondTry.push(`${test.fullName} (${failure.split("\n", 1)[0]})`);
      }
      // "pending" in a finished run: its worker crashed before the test's turn or in it. What was left out by name is
      // "pending" too where one skipped suite stands in another.
      else if (test.status === "failed" || (test.status === "pending" && !test.meta?.notRun))
        counts.failed += 1;
      else {
        counts.skipped += 1;
        const reason = test.meta?.notRun;
        notRun.add(reason ? `${reason.what} (${reason.why})` : `${test.fullName} (skipped in its code)`);
      }
    }
    if (file.status === "failed" && counts.failed === failedBefore) counts.failed += 1;
  }
  if ((exitCode !== 0 || !report) && counts.failed === 0) counts.failed = 1;
  return { ...counts, notRun: [...notRun], secondTry };
}

/**
 * The end of a run. The last line stands alone, for people and programs.
 * @param {Counts & { failedSteps: readonly string[] }} outcome
 */
export function closingLines({ passed, failed, skipped, failedSteps, notRun, secondTry }) {
  return [
    ...(failedSteps.length > 0 ? [`Failed: ${failedSteps.join(", ")}.`] : []),
    ...(secondTry.length > 0 ? [`Passed at the second try: ${secondTry.join("; ")}.`] : []),
    ...(notRun.length > 0 ? [`Not run: ${notRun.join("; ")}.`] : []),
    `${passed} passed, ${failed} failed, ${skipped} skipped`,
  ];
}
