/** One state, replaced and never changed in place; a subscriber hears of its own part only. */
export interface Store<State extends object> {
  readonly get: () => State;
  readonly set: (change: Partial<State>) => void;
  /** Calls `react` with the part as it is now and after each change of it, until `signal` aborts. */
  readonly watch: <Part>(select: (state: State) => Part, react: (part: Part) => void, signal: AbortSignal) => void;
}

export function makeStore<State extends object>(initial: State): Store<State> {
  let state = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => state,
    set: (change) => {
      state = {...state, ...change};
      for (const listener of [...listeners]) {
        listener();
      }
    },
    watch: (select, react, signal) => {
      let part = select(state);
      const listener = (): void => {
        const next = select(state);
        if (!signal.aborted && !Object.is(next, part)) {
          part = next;
          react(part);
        }
      };
      listeners.add(listener);
      signal.addEventListener('abort', () => listeners.delete(listener));
      react(part);
    },
  };
}
