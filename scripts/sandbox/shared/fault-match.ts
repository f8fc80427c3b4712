const SEGMENT = "[^/]+";
const escapeRegExp = (text: string): string => text.replace(/[.+?^${}()|[\]\\]/g, "\\$&");

/**
 * `/api/users/:userId` as an expression for whole paths, with a group for each
 * parameter; `*` is one segment, `**` any rest.
 */
export function compilePath(pattern: string): RegExp {
  const source = pattern
    .split("/")
    .map((segment) => {
      if (segment === "**") return ".*";
      if (segment === "*") return SEGMENT;
      if (segment.startsWith(":")) return `(${SEGMENT})`;
      return escapeRegExp(segment).replaceAll("*", "[^/]*");
    })
    .join("/");
  return new RegExp(`^${source}/?$`);
}

/** The `match` of a fault rule as a question. A pattern that does not begin with `/` is a part of the path. */
export function compileMatch(match: string | undefined): (method: string, path: string) => boolean {
  if (!match) return () => true;
  const parts = /^(?:(GET|POST|PUT|PATCH|DELETE) )?(.*)$/.exec(match);
  const method = parts?.[1];
  const pattern = parts?.[2] ?? "";
  const expression = pattern.startsWith("/") ? compilePath(pattern) : null;
  return (actualMethod, path) =>
    (method === undefined || method === actualMethod) &&
    (expression ? expression.test(path) : path.includes(pattern));
}
