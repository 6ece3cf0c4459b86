export type Child = Node | string | number | null;
type Attribute = string | number | boolean | ((event: Event) => void);

/**
 * Makes an element. Text goes in as text nodes only: file names come from images nobody vouches for. A function is a
 * listener for the event that its name gives after "on"; true is an attribute without a value, false leaves it out.
 */
export function h<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, attributes: Readonly<Record<string, Attribute>> = {}, ...children: readonly Child[]): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') {
      element.addEventListener(name.slice(2), value);
    } else if (value !== false) {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
  element.append(...children.filter((child) => child !== null).map((child) => (child instanceof Node ? child : String(child))));
  return element;
}

/** Sets a custom property, the one way a style sheet learns a number: inline styles are refused by the server's policy. */
export function withVariable<E extends HTMLElement>(element: E, name: `--${string}`, value: string | number): E {
  element.style.setProperty(name, String(value));
  return element;
}
