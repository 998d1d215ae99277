import { expect, test } from "vitest";
import { describeFailure } from "./install-failure.mjs";

test.each([
  ["npm error code ENOSPC\nnpm error nospc ENOSPC: no space left on device, write", "The disk is full"],
  ["npm error code EACCES\nnpm error syscall mkdir\nnpm error path /clone/node_modules", "npm may not write"],
  ["npm error code EROFS\nnpm error rofs Often virtualized file systems", "npm may not write"],
  ["npm error code ENOTFOUND\nnpm error network request to https://r/x failed", "cannot be reached"],
  ["npm ERR! code EAI_AGAIN\nnpm ERR! errno EAI_AGAIN", "cannot be reached"],
  ["npm error code ERR_SOCKET_TIMEOUT\nnpm error errno ERR_SOCKET_TIMEOUT", "cannot be reached"],
  ["npm error code E503\nnpm error 503 Service Unavailable - GET https://r/x", "cannot be reached"],
  [
    "npm error code SELF_SIGNED_CERT_IN_CHAIN\nnpm error request to https://r/x failed",
    "NODE_EXTRA_CA_CERTS",
  ],
  ["npm error code E404\nnpm error 404 Not Found - GET https://r/sharp", "The package registry answers, but"],
  ["npm error code E401\nnpm error Incorrect or missing password.", "npm login"],
  [
    "npm error code EUSAGE\nnpm error\nnpm error `npm ci` can only install packages when",
    "do not belong together",
  ],
  ["npm error code EINTEGRITY\nnpm error sha512-a integrity checksum failed", "do not belong together"],
  ["npm was ended by SIGKILL\n", "out of memory"],
  ["npm error something new", "`npm ci` repeats it"],
])("%j is answered with what to do", (output, remedy) => {
  const text = describeFailure(output);
  expect(text.split("\n").at(-1)).toContain(remedy);
  expect(text).toContain(`  ${output.trimEnd().split("\n").at(-1)}`);
});

test("a long output is cut in the middle", () => {
  const output = Array.from({ length: 40 }, (_, index) => `line ${index};`).join("\n");
  expect(describeFailure(output)).toContain("line 7;\n  …\n  line 32;");
  expect(describeFailure(output)).toContain("line 39;");
});

test("npm's list of its options is left out", () => {
  const reason = "npm error code EUSAGE\nnpm error Missing: sharp@1.0.0 from lock file";
  const text = describeFailure(`${reason}\nnpm error\nnpm error Clean install a project\nnpm error Usage:\n`);
  expect(text).toContain("Missing: sharp");
  expect(text).not.toContain("Usage:");
});
