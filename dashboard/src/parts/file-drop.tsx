import { Group, Stack, Text } from "@mantine/core";
import { Dropzone, type FileRejection } from "@mantine/dropzone";
import { useWindowEvent } from "@mantine/hooks";
import { IconUpload } from "@tabler/icons-react";
import { useState } from "react";

export interface FileDropProps {
  /** What is asked for, as a sentence: "Drop a CSV here, or click to choose one". */
  readonly label: string;
  /** Formats and limits. */
  readonly hint?: string | undefined;
  /** Endings with their dot, and media types. */
  readonly accept: readonly string[];
  readonly maxBytes?: number | undefined;
  readonly multiple?: boolean | undefined;
  readonly loading?: boolean | undefined;
  readonly onFiles: (files: readonly File[]) => void;
}

/** Files by drop, by the system's picker (also from the keyboard), or from the clipboard wherever one pastes. */
export function FileDrop(props: FileDropProps) {
  const { label, hint, accept, maxBytes, multiple = false, loading = false, onFiles } = props;
  const [problem, setProblem] = useState<string | null>(null);
  const take = (files: readonly File[]) => {
    setProblem(null);
    if (files.length > 0) onFiles(multiple ? files : files.slice(0, 1));
  };
  useWindowEvent("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])].filter((file) => isAccepted(file, accept));
    if (files.length > 0) take(files);
  });
  return (
    <Stack gap={6}>
      <Dropzone
        onDrop={take}
        onReject={(rejections) => setProblem(rejectionOf(rejections, accept, maxBytes))}
        accept={acceptOf(accept)}
        {...(maxBytes === undefined ? {} : { maxSize: maxBytes })}
        multiple={multiple}
        loading={loading}
        p="lg"
        inputProps={{ "aria-label": label }}
        aria-label={label}
      >
        <Group justify="center" gap="md" wrap="nowrap" mih={72} style={{ pointerEvents: "none" }}>
          <IconUpload size={28} aria-hidden style={{ flexShrink: 0 }} />
          <div>
            <Text fw={600}>{label}</Text>
            {hint && (
              <Text size="sm" c="dimmed">
                {hint}
              </Text>
            )}
          </div>
        </Group>
      </Dropzone>
      {problem && (
        <Text role="alert" size="sm" c="red">
          {problem}
        </Text>
      )}
    </Stack>
  );
}

/** The picker knows files by media types and endings together; browsers disagree on the type of a CSV. */
const acceptOf = (accept: readonly string[]): Record<string, string[]> => {
  const endings = accept.filter((each) => each.startsWith("."));
  const types = accept.filter((each) => !each.startsWith("."));
  return Object.fromEntries(
    (types.length > 0 ? types : ["application/octet-stream"]).map((type) => [type, endings]),
  );
};

const isAccepted = (file: File, accept: readonly string[]) =>
  accept.some((each) =>
    each.startsWith(".") ? file.name.toLowerCase().endsWith(each) : matchesType(file.type, each),
  );

const matchesType = (type: string, wanted: string) =>
  wanted.endsWith("/*") ? type.startsWith(wanted.slice(0, -1)) : type === wanted;

function rejectionOf(
  rejections: readonly FileRejection[],
  accept: readonly string[],
  maxBytes: number | undefined,
) {
  const [first] = rejections;
  if (!first) return null;
  const { file, errors } = first;
  if (errors.some(({ code }) => code === "file-too-large") && maxBytes !== undefined)
    return `${file.name} is too large: up to ${Math.floor(maxBytes / 2 ** 20)} MB are taken.`;
  if (errors.some(({ code }) => code === "too-many-files")) return "One file at a time, please.";
  return `${file.name} is none of ${accept.join(", ")}.`;
}
