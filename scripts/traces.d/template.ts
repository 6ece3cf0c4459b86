/** 0 up to 1, uniform. */
export type Random = () => number;

/**
 * A script with its choices made: `@{a|b|}` becomes one of the alternatives, `@{1..9}` a number of that range. Choices may
 * stand within choices; other braces must pair.
 */
export function fillIn(template: string, random: Random): string {
  let text = '';
  for (let at = 0; at < template.length; ) {
    if (template.startsWith('@{', at)) {
      const end = closingBrace(template, at + 1);
      text += choose(template.slice(at + 2, end), random);
      at = end + 1;
    } else {
      text += template.charAt(at);
      at += 1;
    }
  }
  return text;
}

function choose(inner: string, random: Random): string {
  const range = /^(\d+)\.\.(\d+)$/.exec(inner);
  if (range !== null) {
    const [first = 0, last = 0] = range.slice(1).map(Number);
    return String(first + Math.floor(random() * (last - first + 1)));
  }
  const alternatives = splitOutside(inner);
  return fillIn(alternatives[Math.floor(random() * alternatives.length)] ?? '', random);
}

/** Splits at each "|" that is in no braces. */
function splitOutside(text: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const char of text) {
    depth += char === '{' ? 1 : char === '}' ? -1 : 0;
    if (char === '|' && depth === 0) {
      parts.push('');
    } else {
      parts.push((parts.pop() ?? '') + char);
    }
  }
  return parts;
}

function closingBrace(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    depth += text[at] === '{' ? 1 : text[at] === '}' ? -1 : 0;
    if (depth === 0) {
      return at;
    }
  }
  throw new SyntaxError(`a choice that does not end: ${text.slice(open, open + 40)}`);
}
