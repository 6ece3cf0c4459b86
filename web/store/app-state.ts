import type {LiveState} from '../data/live-state.js';
import type {Route} from './route.js';
import type {Store} from './store.js';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

export interface AppState {
  readonly route: Route;
  readonly theme: Theme;
  readonly live: LiveState;
}

export type AppStore = Store<AppState>;
