/** The browser keeps it from scripts, and sends it to this service from its own pages only. */
export const cookieOptions = (basePath: string) =>
  ({ path: basePath || "/", httpOnly: true, sameSite: "strict", secure: "auto" }) as const;
