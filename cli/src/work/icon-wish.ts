import { extname } from "node:path";
import type { GenerateIconBody } from "@fovea/client";

export interface IconsOptions {
  readonly output?: string;
  readonly force?: boolean;
  readonly style?: string;
  readonly colorScheme?: string;
  readonly element?: readonly string[];
  readonly format?: string;
  readonly sizes?: readonly number[];
  readonly variations?: number;
  readonly timeout?: number;
}

/** What is wrong with these the service says. */
export const wishOf = ({ style, colorScheme, format, sizes }: IconsOptions) =>
  ({ style, color_scheme: colorScheme, format, sizes }) as Omit<GenerateIconBody, "category">;

/** What has no ending is a folder, there already or not. */
export const isFolder = (output: string) => extname(output) === "";
