import type {AppStore} from '../store/app-state.js';
import {type Route, withParameters} from '../store/route.js';

/** What a view works with. It draws into `place` until `signal` aborts. */
export interface ViewContext {
  readonly store: AppStore;
  readonly place: HTMLElement;
  readonly signal: AbortSignal;
}

export type View = (context: ViewContext) => void;

/** Changes parameters of the address without a new step in the browser's history unless `push` is set. */
export function setParameters({store}: ViewContext, change: Readonly<Record<string, string | readonly string[] | null>>, {push = false} = {}): void {
  const {path, parameters} = store.get().route;
  const next = new URLSearchParams(parameters);
  for (const [name, value] of Object.entries(change)) {
    next.delete(name);
    for (const each of value === null ? [] : [value].flat()) {
      next.append(name, each);
    }
  }
  const hash = `#${withParameters(path, next)}`;
  if (push) {
    location.hash = hash;
  } else {
    history.replaceState(null, '', hash);
    dispatchEvent(new HashChangeEvent('hashchange'));
  }
}

export function watchParameters({store, signal}: ViewContext, react: (parameters: URLSearchParams) => void): void {
  const {path} = store.get().route;
  store.watch(
    ({route}) => route,
    (route: Route) => {
      if (route.path === path) {
        react(route.parameters);
      }
    },
    signal,
  );
}
