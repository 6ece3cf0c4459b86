/** What `make` makes, at the first time that somebody asks for it: schemas take a while to compile, and few commands use any one of them. */
export function lazily<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
