/**
 * What a validator did not look at. Schemas of Kubernetes let unknown fields pass, and a server drops them: a slip in a name would
 * go unnoticed. A validator reads every field it knows, so what is never read is not known.
 */

/** Runs `validate` on the object and returns the paths of the fields it did not read. */
export function unreadKeys(object: Record<string, unknown>, validate: (watched: unknown) => void): readonly string[] {
  const unread = new Set<string>();
  validate(watch(object, "", unread));
  return [...unread];
}

function watch(value: unknown, path: string, unread: Set<string>): unknown {
  if (typeof value !== "object" || value === null) return value;
  const children = new Map<string, unknown>();
  for (const [key, child] of Object.entries(value)) {
    unread.add(`${path}.${key}`);
    children.set(key, watch(child, `${path}.${key}`, unread));
  }
  return new Proxy(value, {
    get(target, key) {
      if (typeof key !== "string" || !children.has(key)) return Reflect.get(target, key);
      unread.delete(`${path}.${key}`);
      return children.get(key);
    },
  });
}
