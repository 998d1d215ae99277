import { expect, test, vi } from "vitest";
import { createPicturesAtHand } from "./pictures-at-hand.ts";

const fetched = () => ({ bytes: Buffer.from("picture"), release: vi.fn() });

test("a picture has its room until the last one who holds it releases it", () => {
  const pictures = createPicturesAtHand();
  const source = fetched();
  const first = pictures.keep("hash", source);
  const second = pictures.borrow("hash");
  expect(second?.bytes).toBe(source.bytes);
  first.release();
  first.release();
  expect(source.release).not.toHaveBeenCalled();
  expect(pictures.borrow("other")).toBeNull();
  second?.release();
  second?.release();
  expect(source.release).toHaveBeenCalledOnce();
  expect(pictures.borrow("hash")).toBeNull();
});

test("the same content from two addresses takes room once", () => {
  const pictures = createPicturesAtHand();
  const [one, other] = [fetched(), fetched()];
  const first = pictures.keep("hash", one);
  const second = pictures.keep("hash", other);
  expect(other.release).toHaveBeenCalledOnce();
  expect(second.bytes).toBe(one.bytes);
  first.release();
  expect(one.release).not.toHaveBeenCalled();
  second.release();
  expect(one.release).toHaveBeenCalledOnce();
});

test("what was released may be fetched and held again", () => {
  const pictures = createPicturesAtHand();
  pictures.keep("hash", fetched()).release();
  const again = fetched();
  const held = pictures.keep("hash", again);
  expect(held.bytes).toBe(again.bytes);
  held.release();
  expect(again.release).toHaveBeenCalledOnce();
});
