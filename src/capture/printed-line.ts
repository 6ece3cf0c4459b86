const shownLength = 200;

/** `: it printed "…"`, the last line of a program's output, to end a message with; empty where there is none. Nothing in it but text. */
export function printedLine(output: string): string {
  const line = output.trimEnd().split('\n').at(-1)?.trim() ?? '';
  const text = line.slice(0, shownLength).replaceAll(/\p{Cc}/gu, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return text === '' ? '' : `: it printed "${text}"`;
}
