"""
What most people write for a catalog: of each picture in turn, download it with requests, save it again with Pillow at
quality 50 in its own format, and go on. Runs on Debian's python3 with python3-pil and python3-requests.

    /usr/bin/python3 catalog-naive.py <catalog.csv> <folder for the results>

A cell of the CSV may hold several addresses with commas between them. Result n, counted from 0 over all of them, is
`<n>.<format>` in the folder, such as `12.jpeg`. Prints one line of JSON: `images` saved, `failed`, `seconds` from the
first download to the last file, and `bytes_in` and `bytes_out` of those saved.
"""

import csv
import io
import json
import sys
import time
from pathlib import Path

import requests
from PIL import Image

QUALITY = 50
URL_COLUMNS = ("image_url", "Input Image Urls")


def addresses(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        column = next((name for name in URL_COLUMNS if name in (rows.fieldnames or ())), None)
        if column is None:
            raise SystemExit(f"{path} has none of the columns {', '.join(URL_COLUMNS)}.")
        return [url.strip() for row in rows for url in (row[column] or "").split(",") if url.strip()]


def process(url, stem):
    """Gives the bytes that came and the bytes that were written."""
    answer = requests.get(url, timeout=30)
    answer.raise_for_status()
    image = Image.open(io.BytesIO(answer.content))
    target = stem.with_suffix("." + image.format.lower())
    image.save(target, format=image.format, quality=QUALITY)
    return len(answer.content), target.stat().st_size


def main(catalog, folder):
    urls = addresses(catalog)
    folder.mkdir(parents=True, exist_ok=True)
    counts = {"images": 0, "failed": 0, "bytes_in": 0, "bytes_out": 0}
    begun = time.perf_counter()
    for index, url in enumerate(urls):
        try:
            bytes_in, bytes_out = process(url, folder / str(index))
        except (OSError, ValueError) as error:
            # Those of requests and of Pillow are OSErrors.
            print(f"{url}: {error}", file=sys.stderr)
            counts["failed"] += 1
            continue
        counts["images"] += 1
        counts["bytes_in"] += bytes_in
        counts["bytes_out"] += bytes_out
    print(json.dumps({**counts, "seconds": time.perf_counter() - begun}))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(sys.argv[1], Path(sys.argv[2]))
