/** Makes a loader keep its last few answers by key; callers that come while one is under way share it, and failures are forgotten. */
export function remember<Rest extends readonly unknown[], Value>(size: number, load: (key: string, ...rest: Rest) => Promise<Value>): (key: string, ...rest: Rest) => Promise<Value> {
  const known = new Map<string, Promise<Value>>();
  return (key, ...rest) => {
    const value = known.get(key) ?? load(key, ...rest);
    known.delete(key);
    known.set(key, value); // a Map keeps the order of insertion, so the first key is the least recently used
    const [oldest] = known.keys();
    if (known.size > size && oldest !== undefined) {
      known.delete(oldest);
    }
    value.catch(() => known.delete(key));
    return value;
  };
}
