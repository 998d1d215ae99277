import { Text } from "@mantine/core";
import { counted, money } from "../../parts/format.ts";
import type { Values } from "./form-values.ts";
import type { MediaModel } from "./media-models.ts";

/** What a click will cost, as far as it can be known before. */
export function CostNote({ model, values }: { readonly model: MediaModel; readonly values: Values }) {
  const pictures = typeof values["num_outputs"] === "number" ? values["num_outputs"] : 1;
  return (
    <Text size="sm" c="dimmed">
      {sentence(model, pictures)}
    </Text>
  );
}

function sentence({ free, provider, price }: MediaModel, pictures: number): string {
  if (provider === "local") return "Costs nothing: an abstract picture is drawn here, and no model is asked.";
  if (free) return "Costs nothing: a server of your own makes it.";
  if (price?.usd_per_image !== undefined)
    return `About ${money(price.usd_per_image * pictures)} for ${counted(pictures, "picture")}, by the price listed on ${price.as_of}.`;
  const perPicture = price?.image_output_usd_per_million ?? price?.output_usd_per_million;
  if (perPicture !== undefined)
    return `Billed by tokens, ${money(perPicture)} per million of them; what it came to is shown with the picture.`;
  return "Its provider bills it; no price is listed here.";
}
