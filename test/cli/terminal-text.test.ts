import test from 'ava';
import {terminalJson, terminalLines, terminalText} from '../../src/cli/terminal-text.js';

const hostile = 'a\u001B[2J\r\n\tb\u009B31m\u007F\u202Etxt\u2066ü📦';

test('what moves a cursor, begins a line or turns the direction of text is shown as its code', (t) => {
  t.is(terminalText(hostile), 'a\\x1b[2J\\x0d\\x0a\\x09b\\x9b31m\\x7f\\u202etxt\\u2066ü📦');
});

test('lines keep their ends and tabs', (t) => {
  t.is(terminalLines(hostile), 'a\\x1b[2J\\x0d\n\tb\\x9b31m\\x7f\\u202etxt\\u2066ü📦');
});

test('JSON keeps its meaning', (t) => {
  const text = JSON.stringify({hostile}, null, 2);
  t.deepEqual(JSON.parse(terminalJson(text)), {hostile});
  // eslint-disable-next-line no-control-regex -- control characters are what it is about
  t.notRegex(terminalJson(text), /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
});
