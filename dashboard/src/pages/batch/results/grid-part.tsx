import type { ComponentProps } from "react";

export interface GridPartProps extends ComponentProps<"div"> {
  readonly role: "grid" | "rowgroup" | "row" | "columnheader" | "gridcell";
  readonly "data-result-list"?: "";
}

/**
 * A part of a grid for screen readers. No element of a table: most rows of the grid are only counted, and those that are
 * drawn have places that a table would not give them. The grid alone takes the focus and keys, and names its current row.
 */
export const GridPart = (props: GridPartProps) => <div {...props} />;
