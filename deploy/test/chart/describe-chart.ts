import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll } from "vitest";
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { describeWith, leaveToSoak } from "../../../server/test/needs.ts";
import { type Objects, objectsOf } from "./objects.ts";

export const chartFolder = fileURLToPath(new URL("../../helm/fovea", import.meta.url));
const renderer = fileURLToPath(new URL("../render/main.go", import.meta.url));

export type Values = Readonly<Record<string, unknown>>;

export interface Chart {
  /**
   * What an install would make of these values, as `helm template` shows it.
   *
   * @throws {Refused} with what the chart says against them
   */
  render(values: Values, release?: Release): Objects;
  /** The values as templates see them, with those of the chart where nothing else is said. */
  values(values: Values): unknown;
  /** What an install prints at its end. */
  notes(values: Values, release?: Release): string;
}

interface Release {
  readonly name?: string;
  readonly namespace?: string;
}

export class Refused extends Error {}

/**
 * A `describe` for tests of the rendered chart. Templates are rendered by Helm's own engines, which Debian has: text/template and
 * sprig, put together by a small program. Where there is a Helm, in PATH or named by `HELM`, it renders instead.
 */
export function describeChart(what: string, tests: (chart: Chart) => void): void {
  leaveToSoak("the Helm chart", () => {
    describeWith("golang-go", what, ({ path }) => {
      let folder = "";
      let program = "";
      beforeAll(async () => {
        folder = await mkdtemp(join(tmpdir(), "fovea-chart-"));
        program = join(folder, "render");
        build(path, program, join(folder, "cache"));
      });
      afterAll(() => rm(folder, { recursive: true, force: true }));

      const run = (use: string, command: string, values: Values, release: Release = {}): string => {
        const { name = "fovea", namespace = "images" } = release;
        const file = join(folder, "values.yaml");
        // JSON is YAML.
        writeFileSync(file, JSON.stringify(values));
        const args = [command, name, chartFolder, "--namespace", namespace, "--values", file];
        const { status, stdout, stderr } = spawnSync(use, args, { encoding: "utf8" });
        if (status !== 0) throw new Refused(stderr);
        return stdout;
      };
      tests({
        render(values, release) {
          const text = run(findHelm() ?? program, "template", values, release);
          return objectsOf(parseAllDocuments(text).map((document) => z.unknown().parse(document.toJS())));
        },
        values: (values) => z.unknown().parse(JSON.parse(run(program, "values", values))),
        notes: (values, release) => run(program, "notes", values, release),
      });
    });
  });
}

function findHelm(): string | undefined {
  const named = process.env["HELM"];
  if (named) return named;
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.map((folder) => join(folder, "helm")).find(existsSync);
}

/** The engines are sources in Debian's place, so no network is asked for anything. */
function build(go: string, program: string, cache: string): void {
  if (!existsSync("/usr/share/gocode/src/github.com/Masterminds/sprig")) {
    throw new Error("Install golang-github-masterminds-sprig-dev and golang-k8s-sigs-yaml-dev.");
  }
  execFileSync(go, ["build", "-o", program, renderer], {
    env: {
      PATH: process.env["PATH"],
      GO111MODULE: "off",
      GOPATH: "/usr/share/gocode",
      GOCACHE: cache,
      GOFLAGS: "",
    },
  });
}
