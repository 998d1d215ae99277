/** What to do, by what npm says. The first that matches counts: the specific ones stand before the general. */
/** @type {readonly [RegExp, string][]} */
const remedies = [
  [
    /\bENOSPC\b|no space left/i,
    "The disk is full: the dependencies take about 500 MB here and as much in npm's cache (`npm cache clean --force` empties it).",
  ],
  [/ended by SIGKILL/, "npm was killed from outside, most often by a system that is out of memory."],
  [
    /\bEUSAGE\b|are in sync|\bEINTEGRITY\b|can only install with an existing/,
    "package.json and package-lock.json do not belong together, or a download differs from what the lockfile pins. " +
      "`git checkout package.json package-lock.json` restores them; after a change of package.json run `npm install`.",
  ],
  [
    /CERT_|_CERT|certificate/i,
    "The connection's certificate is not trusted, as behind a company's proxy: set NODE_EXTRA_CA_CERTS to its certificate file.",
  ],
  [
    /\bE40[1347]\b|\bETARGET\b|\bENOVERSIONS\b/,
    "The package registry answers, but not with this package: `npm config get registry` shows which one is asked. " +
      "A mirror may be behind or may want a login (`npm login`).",
  ],
  [
    /\bE(NOTFOUND|AI_AGAIN|CONNREFUSED|CONNRESET|CONNABORTED|TIMEDOUT|HOSTUNREACH|NETUNREACH)\b|SOCKET_TIMEOUT|ENOTCACHED|\bE5\d\d\b|network/i,
    "The package registry cannot be reached. Check the network; " +
      "`npm config get registry`, `npm config get proxy` and `npm config get https-proxy` show what npm uses.",
  ],
  [
    /\bE(ACCES|PERM|ROFS)\b/,
    "npm may not write: check who owns this folder and npm's cache (`npm config get cache`). `sudo` is not needed.",
  ],
];

const firstLines = 8;
const lastLines = 8;

/**
 * The text for a failed install: npm's own words, then what to do.
 * @param {string} output what npm printed
 */
export function describeFailure(output) {
  const lines = output.trimEnd().split("\n");
  // After a usage error npm explains all its options, which hides the error.
  const usage = lines.findIndex((line) => line.includes("Clean install a project"));
  if (usage > 0) lines.length = usage;
  // The reason stands first in some failures and last in others.
  if (lines.length > firstLines + lastLines) {
    lines.splice(firstLines, lines.length - firstLines - lastLines, "…");
  }
  const remedy =
    remedies.find(([sign]) => sign.test(output))?.[1] ?? "npm's lines above say why; `npm ci` repeats it.";
  return ["Installing dependencies failed.", "", ...lines.map((line) => `  ${line}`), "", remedy].join("\n");
}
