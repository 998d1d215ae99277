import { useFovea } from "@fovea/react";
import { Grid, Stack } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { ErrorNotice } from "../../parts/error-notice.tsx";
import { Page } from "../../parts/page.tsx";
import { useSetup } from "../../service/use-setup.ts";
import { EarlierSets } from "./earlier-sets.tsx";
import { IconForm } from "./icon-form.tsx";
import { IconSet } from "./icon-set.tsx";
import { emptyIconWish, type IconWish, setBodyOf } from "./icon-wish.ts";
import { KeptIcons } from "./kept-icons.tsx";

export function IconsPage() {
  const fovea = useFovea();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { data: setup } = useSetup();
  const { batch } = useSearch({ from: "/icons" });
  const [wish, setWish] = useState<IconWish>(emptyIconWish);
  const [busy, setBusy] = useState(false);
  const [title, setTitle] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const open = (id: string | null) =>
    void navigate({ to: "/icons", search: id === null ? {} : { batch: id }, resetScroll: false });
  const submit = async () => {
    setBusy(true);
    setError(null);
    try {
      const { batch_id } = await fovea.icons.batches.create(setBodyOf(wish));
      open(batch_id);
      await queries.invalidateQueries({ queryKey: ["icon-sets"] });
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Page title="Icons" documentTitle={title ?? "Icons"}>
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, md: 5, lg: 4 }}>
          <Stack>
            <IconForm
              wish={wish}
              onChange={setWish}
              model={setup?.icons.model}
              busy={busy}
              onSubmit={() => void submit()}
            />
            {error !== null && <ErrorNotice error={error} title="The icons could not be begun" />}
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 7, lg: 8 }}>
          <Stack gap="lg">
            {typeof batch === "string" && (
              <IconSet key={batch} id={batch} onClose={() => open(null)} onTitle={setTitle} />
            )}
            <EarlierSets onOpen={open} />
            <KeptIcons />
          </Stack>
        </Grid.Col>
      </Grid>
    </Page>
  );
}
