// C0 and C1 control characters, and those that turn the direction of text (Unicode UAX #9): names in an image may hold any.
// eslint-disable-next-line no-control-regex -- control characters are what it is about
const commands = /[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text as a terminal may show it: nothing in it moves the cursor, begins a line, or makes it read other than it is. */
export function terminalText(text: string): string {
  return text.replaceAll(commands, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code}`;
  });
}

/** The same for lines that are written as they are to be: line feeds and tabs stay. */
export function terminalLines(text: string): string {
  return text.replaceAll(commands, (character) => (character === '\n' || character === '\t' ? character : terminalText(character)));
}

/** JSON that means the same; its own escapes know C0 only. */
export function terminalJson(json: string): string {
  return json.replaceAll(commands, (character) => (character < ' ' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`));
}
