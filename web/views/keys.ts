import {hashOf} from '../store/route.js';

/** Single keys, as long as nobody is typing. A key on a visible control (`data-key`) presses it. */
export function listenToKeys(): void {
  document.addEventListener('keydown', (event) => {
    const target = event.target as HTMLElement;
    const isTyping = target.matches('input, textarea, select');
    if (event.key === 'Escape' && isTyping) {
      target.blur();
    }
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]') !== null) {
      return;
    }
    if (press(event.key)) {
      event.preventDefault();
    }
  });
}

const places: Readonly<Record<string, string>> = {r: hashOf({view: 'runs'}), l: hashOf({view: 'live'}), i: hashOf({view: 'images'})};

function press(key: string): boolean {
  const place = places[key];
  if (place !== undefined) {
    location.hash = place;
    return true;
  }
  if (key === '/') {
    const search = document.querySelector<HTMLInputElement>('input[type=search]');
    search?.focus();
    search?.select();
    return search !== null;
  }
  const control = document.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]:not([disabled], [hidden])`);
  control?.click();
  return control !== null;
}
