import { Center, Skeleton, Text } from "@mantine/core";
import { useState } from "react";
import classes from "./picture.module.css";

export interface PictureProps {
  readonly src: string;
  readonly alt: string;
  /** Width to height of the place it takes; its own where absent. */
  readonly ratio?: number | undefined;
  readonly fit?: "contain" | "cover" | undefined;
  /** Behind what can be seen through: a checkerboard, unless it is known that nothing can. */
  readonly opaque?: boolean | undefined;
  readonly onBroken?: (() => void) | undefined;
}

/** A picture that is fetched when it comes into view, on a checkerboard where it is transparent. */
export function Picture({ src, alt, ratio, fit = "contain", opaque = false, onBroken }: PictureProps) {
  const [state, setState] = useState<{ readonly of: string; readonly is: "there" | "broken" } | null>(null);
  const is = state?.of === src ? state.is : "loading";
  const place = opaque ? classes["place"] : `${classes["place"]} ${classes["checkered"]}`;
  const box = ratio === undefined ? {} : { aspectRatio: String(ratio) };
  if (is === "broken") {
    return (
      <Center
        className={place}
        style={{ minHeight: 64, ...box }}
        role="img"
        aria-label={`${alt}: not available`}
      >
        <Text size="xs" c="dimmed" ta="center" p={4}>
          No picture
        </Text>
      </Center>
    );
  }
  return (
    <div className={place} style={box}>
      {is === "loading" && ratio !== undefined && <Skeleton className={classes["waiting"]} radius={0} />}
      <img
        className={classes["picture"]}
        style={ratio === undefined ? {} : { objectFit: fit, height: "100%" }}
        src={src}
        alt={alt}
        loading="lazy"
        decoding="async"
        onLoad={() => setState({ of: src, is: "there" })}
        onError={() => {
          setState({ of: src, is: "broken" });
          onBroken?.();
        }}
      />
    </div>
  );
}
