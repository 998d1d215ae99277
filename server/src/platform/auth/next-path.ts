/**
 * Where to go after signing in: a path of this origin, or the fallback. The URL parser decides what is another
 * origin, since it knows what browsers do with backslashes, tabs and dot segments; its result is looked at once
 * more because `/.//example.com` becomes `//example.com`, which a browser reads as another host.
 */
export function safeNext(wanted: unknown, fallback: string): string {
  if (typeof wanted !== "string" || !wanted.startsWith("/")) return fallback;
  const origin = "http://this.invalid";
  const url = URL.parse(wanted, origin);
  if (url === null || url.origin !== origin || url.pathname.startsWith("//")) return fallback;
  return `${url.pathname}${url.search}`;
}
