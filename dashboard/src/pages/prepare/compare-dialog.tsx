import { Modal } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { BeforeAfter } from "../../parts/before-after.tsx";

interface CompareDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly before: string;
  readonly after: string;
}

/** Before and after in one place, large. */
export function CompareDialog({ opened, onClose, title, before, after }: CompareDialogProps) {
  const isNarrow = useMediaQuery("(max-width: 48em)") ?? false;
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={`Before and after: ${title}`}
      size="min(90vw, 1100px)"
      fullScreen={isNarrow}
      centered
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <BeforeAfter before={before} after={after} alt={`The picture for ${title}`} />
    </Modal>
  );
}
