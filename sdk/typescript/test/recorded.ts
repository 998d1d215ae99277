const resourcesOf = (client: object) =>
  Object.entries(client).filter((entry): entry is [string, object] => typeof entry[1] === "object");

/** Names of all methods of an object and of its resources: `get`, `batches.create`, `icons.batches.create`. */
export function methodsOf(client: object, before = ""): string[] {
  const own = Object.getOwnPropertyNames(Object.getPrototypeOf(client)).filter(
    (name) => name !== "constructor",
  );
  const below = resourcesOf(client).flatMap(([name, resource]) => methodsOf(resource, `${before}${name}.`));
  return [...own.map((name) => before + name), ...below];
}

/** The same object, of which each method that is called is noted by its name. */
export function recorded<Client extends object>(client: Client, called: Set<string>, before = ""): Client {
  const resources = new Map(
    resourcesOf(client).map(([name, resource]) => [name, recorded(resource, called, `${before}${name}.`)]),
  );
  return new Proxy(client, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return resources.get(String(name)) ?? value;
      return (...given: unknown[]) => {
        called.add(before + String(name));
        // Private fields are those of the object itself.
        return Reflect.apply(value, target, given);
      };
    },
  });
}
