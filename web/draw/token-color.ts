/** The colour a custom property has in the theme of the moment, as canvas understands it: `rgb(…)`. */
export function tokenColor(name: `--${string}`): string {
  const probe = document.createElement('span');
  probe.style.setProperty('color', `var(${name})`);
  document.body.append(probe);
  const {color} = getComputedStyle(probe);
  probe.remove();
  return color;
}
