import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { onTestFinished } from "vitest";

/**
 * A certificate that signs itself, for a host name or an address, and its key. Node cannot make one.
 *
 * @param openssl path of the program
 */
export function selfSigned(
  openssl: string,
  subject: `DNS:${string}` | `IP:${string}`,
): { cert: string; key: string } {
  const folder = mkdtempSync(join(tmpdir(), "fovea-certificate-"));
  try {
    const request = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test";
    const files = ["-addext", `subjectAltName=${subject}`, "-keyout", "key.pem", "-out", "cert.pem"];
    execFileSync(openssl, [...request.split(" "), ...files], { cwd: folder, stdio: "pipe" });
    const read = (name: string) => readFileSync(join(folder, name), "utf8");
    return { cert: read("cert.pem"), key: read("key.pem") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Lets this process trust a certificate until the test ends, as NODE_EXTRA_CA_CERTS does for an operator. */
export function trust(cert: string): void {
  const before = getCACertificates("default");
  setDefaultCACertificates([...before, cert]);
  onTestFinished(() => setDefaultCACertificates(before));
}
