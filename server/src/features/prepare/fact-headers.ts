type Header = {
  readonly type: "string" | "integer" | "number" | "boolean";
  readonly description: string;
};

const elapsed = {
  "X-Image-Process-Time": { type: "number", description: "Milliseconds, waiting included; also with JSON." },
} as const;
const size = {
  "X-Image-Width": { type: "integer", description: "Of the result, in pixels." },
  "X-Image-Height": { type: "integer", description: "Of the result, in pixels." },
} as const;

/** What a thumbnail that is sent as bytes says of itself. */
export const thumbnailHeaders: Readonly<Record<string, Header>> = { ...elapsed, ...size };

/** The facts of the JSON answer, for the answer that is the picture itself. */
export const processHeaders: Readonly<Record<string, Header>> = {
  ...elapsed,
  "X-Image-Format": { type: "string", description: "JPEG, PNG or WEBP; GIF where one passed through." },
  ...size,
  "X-Image-Original-Format": { type: "string", description: "Of what was sent." },
  "X-Image-Original-Width": { type: "integer", description: "Of what was sent, upright." },
  "X-Image-Original-Height": { type: "integer", description: "Of what was sent, upright." },
  "X-Image-Original-Size": { type: "integer", description: "Bytes of what was sent." },
  "X-Image-Passed-Through": { type: "boolean", description: "Whether no pixel was changed." },
  "X-Image-Quality": {
    type: "integer",
    description: "Of the encoding; absent for PNG and for what passed through.",
  },
  "X-Image-Model": { type: "string", description: "The model that the next five are about." },
  "X-Image-Model-Width": { type: "integer", description: "Of what this model will see." },
  "X-Image-Model-Height": { type: "integer", description: "Of what this model will see." },
  "X-Image-Estimated-Tokens": { type: "integer", description: "Absent where no rule is published." },
  "X-Image-Scale-X": { type: "number", description: "From what the model sees to the upright original." },
  "X-Image-Scale-Y": { type: "number", description: "From what the model sees to the upright original." },
  "X-Image-Warnings": { type: "string", description: "Sentences; absent where there are none." },
  ETag: { type: "string", description: "Hash of the picture." },
};

/** Names of all of them, for browsers: their scripts may read only what is named. */
export const factHeaders = Object.keys(processHeaders).filter((name) => name.startsWith("X-Image-"));
