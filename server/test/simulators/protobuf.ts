/** How a field of a message is read; `[…]` is one that may come more than once. */
type FieldType =
  | "text"
  | "hex"
  | "uint"
  | "fixed64"
  | "double"
  | "bool"
  | "doubles"
  | "fixed64s"
  | MessageType;
type Field = readonly [name: string, type: FieldType] | readonly [name: string, type: FieldType, "many"];

/** The fields of a message, by their numbers. */
export interface MessageType {
  readonly [number: number]: Field;
}

export type Message = { [name: string]: unknown };

/** A message of protocol buffers, read by the numbers that are known; others are left out. */
export function readMessage(bytes: Buffer, type: MessageType): Message {
  const message: Message = {};
  for (let at = 0; at < bytes.length; ) {
    const tag = readVarint(bytes, at);
    const { value, next } = readValue(bytes, tag.next, tag.value & 7n);
    at = next;
    const field = type[Number(tag.value >> 3n)];
    if (!field) continue;
    const [name, kind, many] = field;
    const read = typeof kind === "object" ? readMessage(asBytes(value), kind) : readers[kind](value);
    if (!many) message[name] = read;
    else message[name] = [...((message[name] as unknown[] | undefined) ?? []), read];
  }
  return message;
}

type Wire = bigint | Buffer;

const asBytes = (value: Wire): Buffer => {
  if (typeof value === "bigint") throw new TypeError("a number where bytes were to be");
  return value;
};

const eights = (bytes: Buffer) =>
  Array.from({ length: bytes.length / 8 }, (_, index) => bytes.subarray(index * 8, index * 8 + 8));

const readers: Readonly<Record<Exclude<FieldType, MessageType>, (value: Wire) => unknown>> = {
  text: (value) => asBytes(value).toString("utf8"),
  hex: (value) => asBytes(value).toString("hex"),
  uint: (value) => Number(value),
  bool: (value) => value === 1n,
  fixed64: (value) => asBytes(value).readBigUInt64LE(),
  double: (value) => asBytes(value).readDoubleLE(),
  doubles: (value) => eights(asBytes(value)).map((each) => each.readDoubleLE()),
  fixed64s: (value) => eights(asBytes(value)).map((each) => Number(each.readBigUInt64LE())),
};

function readValue(bytes: Buffer, at: number, wireType: bigint): { value: Wire; next: number } {
  switch (wireType) {
    case 0n:
      return readVarint(bytes, at);
    case 1n:
      return { value: bytes.subarray(at, at + 8), next: at + 8 };
    case 2n: {
      const { value, next } = readVarint(bytes, at);
      const end = next + Number(value);
      if (end > bytes.length) throw new RangeError("a field ends beyond its message");
      return { value: bytes.subarray(next, end), next: end };
    }
    case 5n:
      return { value: bytes.subarray(at, at + 4), next: at + 4 };
    default:
      throw new TypeError(`no wire type ${wireType}`);
  }
}

function readVarint(bytes: Buffer, from: number): { value: bigint; next: number } {
  let value = 0n;
  for (let at = from, shift = 0n; ; at += 1, shift += 7n) {
    const byte = bytes[at];
    if (byte === undefined) throw new RangeError("a number ends beyond its message");
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return { value, next: at + 1 };
  }
}
