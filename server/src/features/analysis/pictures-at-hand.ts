/** Somebody's hold on the bytes of a picture. */
export interface PictureAtHand {
  readonly bytes: Buffer;
  /** Needs them no more; further calls do nothing. */
  release(): void;
}

export interface PicturesAtHand {
  /** Takes over what was fetched: its room is given back when the last one who holds it releases it. */
  keep(contentHash: string, fetched: PictureAtHand): PictureAtHand;
  /** What somebody holds at the moment; null where nobody does. */
  borrow(contentHash: string): PictureAtHand | null;
}

/**
 * Bytes that rows of this process hold at the moment, by content: a picture that is fetched for one model is at hand for
 * another. It holds nothing by itself, so memory stays bounded by the room that fetched pictures have.
 */
export function createPicturesAtHand(): PicturesAtHand {
  const held = new Map<string, { readonly fetched: PictureAtHand; holders: number }>();

  const borrow = (contentHash: string): PictureAtHand | null => {
    const present = held.get(contentHash);
    if (!present) return null;
    present.holders += 1;
    let released = false;
    return {
      bytes: present.fetched.bytes,
      release() {
        if (released) return;
        released = true;
        present.holders -= 1;
        if (present.holders > 0) return;
        held.delete(contentHash);
        present.fetched.release();
      },
    };
  };

  return {
    borrow,
    keep(contentHash, fetched) {
      const present = borrow(contentHash);
      if (present) {
        // The same bytes from another address: once is enough.
        fetched.release();
        return present;
      }
      held.set(contentHash, { fetched, holders: 0 });
      return borrow(contentHash) ?? fetched;
    },
  };
}
