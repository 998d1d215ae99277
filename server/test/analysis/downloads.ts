import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse } from "csv-parse/sync";
import { temporaryFolder } from "../world.ts";

export interface Downloaded {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  readonly text: string;
}

/** What is at an address, whatever it is. @param body sent as JSON */
export async function download(url: string, body?: object, init: RequestInit = {}): Promise<Downloaded> {
  const json = { "content-type": "application/json" };
  const response = await fetch(url, {
    ...(body === undefined ? {} : { method: "POST", headers: json, body: JSON.stringify(body) }),
    ...init,
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, bytes, text: bytes.toString() };
}

export const csvRows = (text: string): string[][] => parse(text);

export const ndjsonRecords = (text: string): Record<string, unknown>[] =>
  text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));

/** The name that a browser saves a download under (RFC 6266). */
export function savedAs(headers: Headers): string {
  const header = headers.get("content-disposition") ?? "";
  const extended = /filename\*=UTF-8''([^;]+)/.exec(header)?.[1];
  if (extended !== undefined) return decodeURIComponent(extended);
  return /filename=([^;]*)/.exec(header)?.[1]?.replace(/^"(.*)"$/, "$1") ?? "";
}

interface Sheet {
  readonly name: string;
  readonly rows: readonly (readonly unknown[])[];
}

/** openpyxl leaves `_x005F_`, which stands for an underscore, as it is. */
const readWorkbookText = `
import json, re, sys
import openpyxl
decode = lambda text: re.sub("_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), text)
workbook = openpyxl.load_workbook(sys.argv[1])
print(json.dumps([{"name": sheet.title, "rows": [
    [decode(cell.value) if isinstance(cell.value, str) else cell.value for cell in row] for row in sheet.rows
]} for sheet in workbook.worksheets]))`;

const readArchiveText = `
import base64, json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    assert archive.testzip() is None
    print(json.dumps([[name, base64.b64encode(archive.read(name)).decode()] for name in archive.namelist()]))`;

/** Sheets of an XLSX file, as openpyxl reads them. @param python path of a Python that has it */
export const readWorkbook = (python: string, bytes: Buffer): Promise<readonly Sheet[]> =>
  readWith(python, readWorkbookText, bytes);

/** Files of a ZIP archive by their names in the archive's order, as Python reads them. */
export async function readArchive(python: string, bytes: Buffer): Promise<ReadonlyMap<string, Buffer>> {
  const entries: readonly (readonly [string, string])[] = await readWith(python, readArchiveText, bytes);
  return new Map(entries.map(([name, content]) => [name, Buffer.from(content, "base64")]));
}

async function readWith<Value>(python: string, program: string, bytes: Buffer): Promise<Value> {
  const file = join(await temporaryFolder(), "download.xlsx");
  await writeFile(file, bytes);
  const options = { maxBuffer: 200 * 2 ** 20 };
  const { stdout } = await promisify(execFile)(python, ["-c", program, file], options);
  return JSON.parse(stdout);
}
