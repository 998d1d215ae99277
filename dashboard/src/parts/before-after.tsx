import { Skeleton, Text } from "@mantine/core";
import { useState } from "react";
import classes from "./before-after.module.css";

export interface BeforeAfterProps {
  /** Addresses of the same picture, before and after. */
  readonly before: string;
  readonly after: string;
  /** What is to be seen. */
  readonly alt: string;
  readonly labels?: readonly [before: string, after: string] | undefined;
}

/** Two pictures in one place, and a line between them that is moved by pointer or keys. */
export function BeforeAfter({ before, after, alt, labels = ["Before", "After"] }: BeforeAfterProps) {
  const [share, setShare] = useState(50);
  const [ratio, setRatio] = useState<number | null>(null);
  const [broken, setBroken] = useState<readonly string[]>([]);
  const [beforeLabel, afterLabel] = labels;
  const breaks = (src: string) => () => setBroken((known) => [...known, src]);
  const [left, ...others] = [
    { src: before, label: beforeLabel },
    { src: after, label: afterLabel },
  ].filter(({ src }) => !broken.includes(src));
  if (others.length === 0) {
    const missing = broken.includes(before) ? beforeLabel : afterLabel;
    return (
      <div className={classes["missing"]}>
        <Text size="sm" c="dimmed">
          {left
            ? `“${missing}” cannot be shown here; this is “${left.label}”.`
            : "Neither picture can be shown here."}
        </Text>
        {left && (
          <img className={classes["alone"]} src={left.src} alt={`${alt}: ${left.label.toLowerCase()}`} />
        )}
      </div>
    );
  }
  return (
    <figure className={classes["figure"]}>
      <div className={classes["stage"]} style={{ aspectRatio: String(ratio ?? 1.5) }}>
        {ratio === null && <Skeleton className={classes["waiting"]} radius={0} />}
        <img
          className={classes["picture"]}
          src={after}
          alt={`${alt}: ${afterLabel.toLowerCase()}`}
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
            setRatio(naturalHeight > 0 ? naturalWidth / naturalHeight : 1)
          }
          onError={breaks(after)}
        />
        <img
          className={classes["picture"]}
          style={{ clipPath: `inset(0 ${100 - share}% 0 0)` }}
          src={before}
          alt={`${alt}: ${beforeLabel.toLowerCase()}`}
          onError={breaks(before)}
        />
        <span className={classes["line"]} style={{ left: `${share}%` }} aria-hidden />
        <input
          className={classes["slider"]}
          type="range"
          min={0}
          max={100}
          step={1}
          value={share}
          aria-label={`${beforeLabel} or ${afterLabel.toLowerCase()}: how much of ${beforeLabel.toLowerCase()} is shown`}
          aria-valuetext={`${share} % ${beforeLabel.toLowerCase()}`}
          onChange={(event) => setShare(Number(event.currentTarget.value))}
        />
      </div>
      <figcaption className={classes["caption"]}>
        <span>{beforeLabel}</span>
        <span>{afterLabel}</span>
      </figcaption>
    </figure>
  );
}
