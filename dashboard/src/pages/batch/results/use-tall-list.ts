import { observeElementOffset, useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useLayoutEffect, useRef } from "react";

/** Browsers draw no element that is much taller; Firefox stops at 17.8 million pixels, others at 33. */
const tallest = 12_000_000;

export interface TallList {
  /** Of the element that holds the lines. */
  readonly height: number;
  /** The lines in view and some around them, with their distance from its top. */
  readonly lines: readonly { readonly index: number; readonly top: number }[];
  /** Brings a line into view, at the nearer edge. */
  reveal(index: number): void;
}

/**
 * Lines of one height, of which only those in view are drawn. A list that is taller than an element can be is drawn smaller:
 * its scroll bar then goes over more lines for each pixel, and the wheel over as many as ever.
 *
 * @param inset pixels at the top of the scrolled element that a sticky header covers
 */
export function useTallList(
  element: HTMLElement | null,
  {
    lines,
    lineHeight,
    inset = 0,
  }: { readonly lines: number; readonly lineHeight: number; readonly inset?: number },
): TallList {
  const whole = lines * lineHeight;
  const height = Math.min(whole, tallest);
  const view = Math.max(1, (element?.clientHeight ?? 0) - inset);
  const scale = whole <= tallest ? 1 : (whole - view) / (tallest - view);
  const scaled = useRef(scale);
  scaled.current = scale;
  const virtual = useVirtualizer({
    count: lines,
    getScrollElement: () => element,
    estimateSize: () => lineHeight,
    overscan: 6,
    observeElementOffset: (instance, tell) =>
      observeElementOffset(instance, (offset, isScrolling) => tell(offset * scaled.current, isScrolling)),
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: lines of another height are in other places
  useLayoutEffect(() => virtual.measure(), [lineHeight]);
  useWheel(element, scale);
  const offset = virtual.scrollOffset ?? 0;
  const reveal = useCallback(
    (index: number) => {
      if (!element) return;
      const [from, to] = [index * lineHeight, (index + 1) * lineHeight];
      const shown = element.scrollTop * scaled.current;
      const room = element.clientHeight - inset;
      if (from < shown) element.scrollTop = from / scaled.current;
      else if (to > shown + room) element.scrollTop = (to - room) / scaled.current;
    },
    [element, lineHeight, inset],
  );
  return {
    height,
    lines: virtual
      .getVirtualItems()
      .map(({ index, start }) => ({ index, top: start - offset + offset / scale })),
    reveal,
  };
}

/** Pixels of a line, where a wheel counts lines. */
const wheelLine = 40;

/** The wheel moves what is drawn smaller by so much less, which a browser does not do by itself. */
function useWheel(element: HTMLElement | null, scale: number): void {
  useEffect(() => {
    if (!element || scale === 1) return;
    const onWheel = (event: WheelEvent) => {
      const { deltaX, deltaY, deltaMode, ctrlKey, shiftKey } = event;
      if (ctrlKey || shiftKey || Math.abs(deltaX) > Math.abs(deltaY)) return;
      event.preventDefault();
      const pixels = deltaMode === WheelEvent.DOM_DELTA_LINE ? deltaY * wheelLine : deltaY;
      // Less than a pixel would be none at all.
      element.scrollTop += Math.sign(pixels) * Math.max(1, Math.abs(pixels) / scale);
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, [element, scale]);
}
