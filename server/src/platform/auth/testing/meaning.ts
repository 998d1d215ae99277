/**
 * What a token says: what is signed, and the bytes of the signature. Decoding base64 forgives blanks, the other alphabet,
 * and bits at its end that decode to nothing.
 */
export const meaning = (token: string) => [
  token.slice(0, token.lastIndexOf(".")),
  Buffer.from(token.slice(token.lastIndexOf(".") + 1), "base64").toString("hex"),
];
