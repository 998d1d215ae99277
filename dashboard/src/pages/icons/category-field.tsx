import { useFovea } from "@fovea/react";
import { TagsInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { mostCategories } from "./icon-wish.ts";

interface CategoryFieldProps {
  readonly value: readonly string[];
  readonly onChange: (categories: readonly string[]) => void;
}

/** Any words; those that are known by name are offered while one types. */
export function CategoryField({ value, onChange }: CategoryFieldProps) {
  const fovea = useFovea();
  const [text, setText] = useState("");
  const [asked] = useDebouncedValue(text.trim(), 150);
  const { data = [] } = useQuery({
    queryKey: ["icon-categories", asked],
    queryFn: ({ signal }) => fovea.icons.suggestions(asked, { signal }),
    placeholderData: keepPreviousData,
    staleTime: 300_000,
  });
  return (
    <TagsInput
      label="Categories"
      description="One word or several for each icon; Enter adds it. Any words will do."
      required
      data={data}
      value={[...value]}
      onChange={(given) => onChange(categoriesIn(given))}
      searchValue={text}
      onSearchChange={setText}
      maxTags={mostCategories}
      splitChars={separators}
      clearable
      clearButtonProps={{ "aria-label": "Remove all categories" }}
      placeholder={value.length === 0 ? "bakery, delivery, opening hours" : ""}
      acceptValueOnBlur
    />
  );
}

const separators = [",", ";", "\n"];

/** Whoever pastes a list, or types one and then Enter, means its parts. */
const categoriesIn = (given: readonly string[]): readonly string[] => {
  const parts = given.flatMap((each) => each.split(/[,;\n]/)).map((each) => each.trim().slice(0, 100));
  return [...new Set(parts.filter((each) => each !== ""))].slice(0, mostCategories);
};
