import {type AppStore, type Theme, themes} from '../store/app-state.js';

const storageKey = 'winnow-theme';

export function savedTheme(): Theme {
  const saved = localStorage.getItem(storageKey);
  return themes.find((theme) => theme === saved) ?? 'system';
}

export function nextTheme(store: AppStore): void {
  const theme = themes[(themes.indexOf(store.get().theme) + 1) % themes.length] ?? 'system';
  localStorage.setItem(storageKey, theme);
  store.set({theme});
}

/** Keeps the document in the chosen theme; "themechange" tells those that draw on canvas. */
export function applyTheme(store: AppStore, signal: AbortSignal): void {
  const tell = (): boolean => document.dispatchEvent(new Event('themechange'));
  store.watch(
    ({theme}) => theme,
    (theme) => {
      document.documentElement.dataset['theme'] = theme;
      tell();
    },
    signal,
  );
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', tell, {signal});
}
