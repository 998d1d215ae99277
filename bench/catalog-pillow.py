"""
Saves pictures as catalog-naive.py does, with any quality, for a search of the quality that compares with another
encoder's. Each line of the input is JSON, `{"picture": <file>, "quality": <1 to 95>, "to": <file>}`, and is answered
with a line once `to` is written. Runs on Debian's python3 with python3-pil.
"""

import functools
import json
import sys

from PIL import Image


@functools.lru_cache(maxsize=1)
def opened(path):
    image = Image.open(path)
    image.load()
    return image


for line in sys.stdin:
    order = json.loads(line)
    image = opened(order["picture"])
    image.save(order["to"], format=image.format, quality=order["quality"])
    print("saved", flush=True)
