import { IconIcons, IconPackages, IconPhotoSearch, IconPhotoSpark } from "@tabler/icons-react";
import type { ComponentType } from "react";
import type { WorkKind } from "./work-item.ts";

interface Words {
  readonly one: string;
  readonly plural: string;
  readonly Icon: ComponentType<{ size?: number }>;
}

export const kindWords: Readonly<Record<WorkKind, Words>> = {
  analysis: { one: "Analysis", plural: "Analyses", Icon: IconPhotoSearch },
  icons: { one: "Icons", plural: "Icons", Icon: IconIcons },
  media: { one: "Picture", plural: "Pictures", Icon: IconPhotoSpark },
  catalog: { one: "Catalog", plural: "Catalogs", Icon: IconPackages },
};
