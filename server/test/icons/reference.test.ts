import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { describeIfFound, describeWith } from "../needs.ts";
import { type ReferenceDocument, referenceDocument, whyWithoutDocument } from "../reference/document.ts";
import { temporaryFolder } from "../world.ts";
import { type IconService, shareDatabase } from "./service.ts";

const start = shareDatabase();
/** Where the document's examples go. */
const theirs = "localhost:3560";
const found = referenceDocument("003");

describeIfFound(found, "the icon API's document", whyWithoutDocument, (document) => {
  describeWith("curl", "its curl commands", ({ path }) => {
    test("have an icon made, and a batch of them, with the answers that it prints", async () => {
      const service = await start({ PUBLIC_BASE_URL: `http://${theirs}` });
      const { curl, sample, command } = await shellAt(path, document, service);
      const single = await curl(command('"office supplies"'));
      expect(single.status).toBe(200);
      const icon = sample('"image_url"');
      expect(single.body).toEqual({
        ...{ success: true, generation_time: expect.any(Number) },
        image_url: expect.stringMatching(new RegExp(`^http://${theirs}/api/images/office_supplies/`)),
        local_path: expect.stringMatching(/^icons\/office_supplies\/.+\.png$/),
        metadata: expect.objectContaining(icon["metadata"] as object),
      });
      expect(Object.keys(single.body)).toEqual(Object.keys(icon));

      const batch = await curl(command('"electronics", "tools", "automotive"'));
      expect(batch).toEqual({
        status: 201,
        body: {
          message: "Batch generation started",
          batch_id: expect.stringMatching(
            /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
          ),
          ...{ status: expect.stringMatching(/^(pending|running)$/), total_categories: 3, total_icons: 3 },
        },
      });
      const ended = await service.client.ended(String(batch.body["batch_id"]));
      const status = sample('"estimated_completion"');
      expect(Object.keys(ended).slice(0, 7)).toEqual(Object.keys(status));
      const { results } = await service.client.result(ended.batch_id);
      expect(results.map(({ metadata: { category, style } }) => [category, style])).toEqual(
        ["electronics", "tools", "automotive"].map((category) => [category, "flat"]),
      );
      // The address of the answer, as anybody opens it.
      const picture = await curl(`curl -o /dev/null '${String(single.body["image_url"])}'`);
      expect(picture.status).toBe(200);
    });

    test("are refused without a token, with the fields of its errors", async () => {
      const { curl, sample, command } = await shellAt(path, document, await start());
      const { status, body } = await curl(command('"office supplies"').replace(/Bearer [\w.-]+/, "Bearer "));
      expect(status).toBe(401);
      expect(body).toMatchObject({ success: false, message: "Authentication required", metadata: {} });
      expect(Object.keys(body)).toEqual(expect.arrayContaining(Object.keys(sample('"Error description"'))));
    });
  });
});

describeWith("python3-requests", "a program of its time, in Python", ({ path }) => {
  test("makes an icon and a batch, asks how it is until it has ended, and has its pictures and its archive", async () => {
    const service = await start();
    const folder = await temporaryFolder();
    await writeFile(join(folder, "client.py"), program);
    const args = ["-u", "client.py", service.baseUrl, service.token];
    const env = { PATH: process.env["PATH"], NO_PROXY: "*" };
    const { stdout } = await promisify(execFile)(path, args, { cwd: folder, env });
    const told = JSON.parse(stdout) as Record<string, unknown>;
    expect(told).toEqual({
      icon: "PNG",
      missing_token: [401, "Authentication required"],
      unknown_style: [400, true],
      created: 201,
      ended: ["completed", 100, 3, 3],
      again: [true, 0],
      pictures: Array(6).fill([200, "image/png", true]),
      archive: ["LICENSE-lucide.txt", "contact-sheet.png", "index.css", "index.html", "index.json"],
      broken: null,
      icons: 6,
      listed: ["automotive", "electronics", "tools"],
      licence: true,
      cleared: expect.stringMatching(/^Cleared \d+ cached icons$/),
      left: [],
    });
  });
});

/** What somebody wrote against the service that the document describes: `requests`, and no more than it names. */
const program = `
import io, json, sys, time, zipfile
import requests

base, token = sys.argv[1:]
session = requests.Session()
session.headers["Authorization"] = "Bearer " + token
told = {}

def post(path, body=None, **more):
    return session.post(base + "/api/icons" + path, json=body, timeout=30, **more)

def get(path, **more):
    return session.get(base + "/api/icons" + path, timeout=30, **more)

request = {"category": "office supplies", "style": "modern", "color_scheme": "brand_colors",
           "custom_elements": ["pen", "stapler", "calculator"]}
icon = post("/generate", request).json()
assert icon["success"] and icon["metadata"]["category"] == "office supplies", icon
told["icon"] = requests.get(icon["image_url"]).content[1:4].decode()
again = post("/generate", request).json()
told["again"] = [again["image_url"] == icon["image_url"], again["generation_time"]]

refused = requests.post(base + "/api/icons/generate", json=request)
told["missing_token"] = [refused.status_code, refused.json()["message"]]
unknown = post("/generate", {"category": "tools", "style": "gothic"})
told["unknown_style"] = [unknown.status_code, "minimal" in unknown.json()["message"]]

started = post("/generate/batch", {
    "categories": ["electronics", "tools", "automotive"], "style": "flat", "color_scheme": "blue_tones",
    "variations_per_category": 2, "sizes": [128],
    "custom_elements": {"electronics": ["circuit", "device"], "tools": ["hammer", "wrench"]}})
told["created"] = started.status_code
batch = "/batch/" + started.json()["batch_id"]
while True:
    status = get(batch + "/status").json()
    if status["status"] not in ("pending", "running"):
        break
    time.sleep(0.1)
told["ended"] = [status[name] for name in ("status", "progress", "total_categories", "completed_categories")]

result = get(batch + "/result").json()
assert (result["successful"], result["failed"]) == (6, 0), result
pictures = [requests.get(each["image_url"]) for each in result["results"]]
told["pictures"] = [[each.status_code, each.headers["Content-Type"], len(each.content) > 200] for each in pictures]

with zipfile.ZipFile(io.BytesIO(get(batch + "/download").content)) as archive:
    told["broken"] = archive.testzip()
    names = archive.namelist()
    told["archive"] = sorted(name for name in names if not name.startswith("icons/"))
    told["icons"] = len([name for name in names if name.endswith(".png") and name.startswith("icons/")])
    index = json.loads(archive.read("index.json"))
    assert all(each["file"] in names for each in index["icons"]), index
    told["listed"] = sorted({each["category"] for each in index["icons"]})
    told["licence"] = "ISC" in archive.read("LICENSE-lucide.txt").decode()

# As flask took it: a type, and nothing of it.
cleared = session.post(base + "/api/icons/cache/clear", headers={"Content-Type": "application/json"})
told["cleared"] = cleared.json()["message"]
told["left"] = get("/cached", params={"category": "tools"}).json()
print(json.dumps(told))
`;

/** Runs the document's commands as they are, but for the token: curl finds the service at their address. */
async function shellAt(path: string, document: ReferenceDocument | undefined, service: IconService) {
  if (!document) throw new Error(whyWithoutDocument);
  const home = await temporaryFolder();
  const ours = new URL(service.baseUrl).host;
  const config = ["silent", 'write-out = "\\n%{http_code}"', `connect-to = "${theirs}:${ours}"`];
  await writeFile(join(home, ".curlrc"), `${config.join("\n")}\n`);
  const env = { PATH: `${dirname(path)}:/usr/bin:/bin`, CURL_HOME: home, no_proxy: "*" };
  return {
    command: (holding: string) => document.code("bash", holding).replace("YOUR_JWT_TOKEN", service.token),
    /** An answer that the document prints. */
    sample: (holding: string) => JSON.parse(document.code("json", holding)) as Record<string, unknown>,
    async curl(command: string) {
      const { stdout } = await promisify(execFile)("/bin/sh", ["-e", "-c", command], { cwd: home, env });
      const end = stdout.lastIndexOf("\n");
      const body = (end <= 0 ? {} : JSON.parse(stdout.slice(0, end))) as Record<string, unknown>;
      return { status: Number(stdout.slice(end + 1)), body };
    },
  };
}
