/** Red, green, blue and alpha, each 0 to 1. */
export type Color = readonly [red: number, green: number, blue: number, alpha: number];

/** Reads a computed colour: `rgb(1, 2, 3)`, `rgba(1, 2, 3, 0.5)` or `color(srgb 0.1 0.2 0.3 / 0.5)`. */
export function parseColor(text: string): Color {
  const scale = text.startsWith('color(srgb') ? 1 : 255;
  const numbers = (text.match(/-?[\d.]+(?:e-?\d+)?/g) ?? []).map(Number);
  const [red, green, blue, alpha = 1] = numbers;
  if (red === undefined || green === undefined || blue === undefined) {
    throw new Error(`not a colour this reads: ${text}`);
  }
  return [red / scale, green / scale, blue / scale, alpha];
}

/** What is seen of colours that lie upon each other, topmost first. */
export function composite(colors: readonly Color[]): Color {
  return colors.reduceRight<Color>((below, [red, green, blue, alpha]) => [mix(red, below[0], alpha), mix(green, below[1], alpha), mix(blue, below[2], alpha), 1], [1, 1, 1, 1]);
}

/** 1 to 21 (WCAG 2.2, "contrast ratio"). */
export function contrast(one: Color, other: Color): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const mix = (above: number, below: number, alpha: number): number => above * alpha + below * (1 - alpha);

/** WCAG 2.2, "relative luminance". */
function luminance([red, green, blue]: Color): number {
  const [r, g, b] = [red, green, blue].map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
