import { mkdir, stat } from "node:fs/promises";
import { join, parse } from "node:path";
import type { CreateMediaJobBody, Fovea, MediaJob, MediaPicture } from "@fovea/client";
import { connect } from "../connection.ts";
import type { Context } from "../context.ts";
import { type ExitCode, exitCodes, wrongUsage } from "../exit-codes.ts";
import { chooseOutput, mustBeFree, writeOutput } from "../files/choose-output.ts";
import { bytes } from "../terminal/units.ts";
import { visible } from "../terminal/visible.ts";
import { patience } from "./patience.ts";

export interface GenerateOptions {
  readonly output?: string;
  readonly format?: string;
  readonly force?: boolean;
  readonly model?: string;
  readonly size?: { readonly width: number; readonly height: number };
  readonly aspectRatio?: string;
  readonly seed?: number;
  readonly count?: number;
  readonly negative?: string;
  readonly quality?: number;
  readonly strict?: boolean;
  /** False with `--no-wait`. */
  readonly wait: boolean;
  readonly timeout?: number;
}

const formats = ["png", "jpg", "webp"] as const;
type Format = (typeof formats)[number];

/** Where pictures go: the name of each by its place, and the format that the first one's name asks for. */
interface Target {
  readonly format: Format | undefined;
  readonly pathOf: (picture: MediaPicture, index: number) => string;
}

export async function generate(
  context: Context,
  prompt: string,
  options: GenerateOptions,
): Promise<ExitCode> {
  const { terminal } = context;
  if (options.output !== undefined && !options.wait) {
    throw wrongUsage("-o needs the pictures, for which --no-wait does not wait.");
  }
  const target = options.output === undefined ? undefined : await targetOf(options.output, options);
  const fovea = await connect(context);
  context.onInterrupt("Whether there is a job already, the service knows: GET /api/v1/jobs lists them.");
  const created = await fovea.jobs.create(bodyOf(prompt, options, target), { signal: context.signal });
  if (!options.wait) {
    if (context.options.json) terminal.printJson(created);
    else terminal.print(created.id);
    return exitCodes.ok;
  }
  const job = await follow(context, fovea, created.id, options.timeout);
  for (const { code, parameter, message } of job.warnings ?? []) {
    terminal.say(`${parameter} ${code}: ${visible(message)}`);
  }
  const pictures = job.media ?? [];
  const saved = target ? await save(context, fovea, pictures, { target, force: options.force ?? false }) : [];
  if (context.options.json) terminal.printJson({ ...job, ...(target ? { saved } : {}) });
  else for (const line of target ? saved : pictures.map(({ url }) => url)) terminal.print(visible(line));
  return endOf(context, job, options.count ?? 1);
}

async function targetOf(
  path: string,
  { force = false, count = 1, format }: GenerateOptions,
): Promise<Target> {
  const folder = /[/\\]$/.test(path) || (await stat(path).catch(() => undefined))?.isDirectory() === true;
  if (folder) {
    const wanted = formats.find((each) => each === (format ?? "png"));
    if (wanted === undefined) throw wrongUsage(`--format: expected one of ${formats.join(", ")}.`);
    await mkdir(path, { recursive: true });
    return { format: wanted, pathOf: ({ id }) => join(path, `${id}.${wanted}`) };
  }
  const { dir, name, ext } = parse(path);
  const pathOf = (index: number) => (count === 1 ? path : join(dir, `${name}-${index + 1}${ext}`));
  const output = await chooseOutput(pathOf(0), { formats, format, force });
  for (let index = 1; index < count; index += 1) await mustBeFree(pathOf(index), force);
  return { format: output.format, pathOf: (_picture, index) => pathOf(index) };
}

function bodyOf(prompt: string, options: GenerateOptions, target: Target | undefined): CreateMediaJobBody {
  const { model, size, aspectRatio, seed, count, negative, quality, strict } = options;
  return {
    prompt,
    model,
    strict,
    parameters: {
      ...size,
      aspect_ratio: aspectRatio,
      seed,
      num_outputs: count,
      negative_prompt: negative,
      output_quality: quality,
      output_format: target?.format ?? formats.find((each) => each === options.format),
    },
  };
}

async function follow(
  context: Context,
  fovea: Fovea,
  id: string,
  timeout: number | undefined,
): Promise<MediaJob> {
  const comeBack = `The job goes on at the service: ${fovea.baseUrl}/api/v1/jobs/status/${id}`;
  context.onInterrupt(comeBack);
  const progress = context.terminal.progress("Generating");
  try {
    return await fovea.jobs.wait(id, {
      signal: patience(context.signal, timeout, comeBack),
      onProgress: ({ progress: done, status }) =>
        progress.show({
          done,
          total: done === 0 ? null : 100,
          note: status === "retrying" ? "tried again soon" : undefined,
        }),
    });
  } finally {
    progress.end();
  }
}

async function save(
  context: Context,
  fovea: Fovea,
  pictures: readonly MediaPicture[],
  { target, force }: { readonly target: Target; readonly force: boolean },
): Promise<string[]> {
  const saved: string[] = [];
  for (const [index, picture] of pictures.entries()) {
    const path = target.pathOf(picture, index);
    const download = await fovea.media.download(picture.id, {}, { signal: context.signal });
    const size = await writeOutput(download, { path, force }, context);
    context.terminal.say(`${visible(path)}: ${picture.width}×${picture.height}, ${bytes(size)}.`);
    saved.push(path);
  }
  return saved;
}

function endOf({ terminal }: Context, job: MediaJob, wanted: number): ExitCode {
  if (job.status === "cancelled") {
    terminal.complain("The job was cancelled.");
    return exitCodes.unfinished;
  }
  if (job.status === "failed") {
    terminal.complain(`error: The job failed: ${job.error_message ?? job.error_code ?? "nobody knows why"}`);
    return exitCodes.failedItems;
  }
  return (job.media?.length ?? 0) < wanted ? exitCodes.failedItems : exitCodes.ok;
}
