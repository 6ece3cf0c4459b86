import test from 'ava';
import {printedLine} from '../../src/capture/printed-line.js';

test('the last line that has something is quoted', (t) => {
  t.is(printedLine('first\n  no disk  \n\n'), ': it printed "no disk"');
});

test('of a program that printed nothing, nothing is said', (t) => {
  t.is(printedLine(' \n\n'), '');
});

test('bytes that are no text are told by number, so that the line can be kept and shown', (t) => {
  t.is(printedLine('a\0b\u001B[2Jc\u0085'), String.raw`: it printed "a\x00b\x1b[2Jc\x85"`);
});

test('a long line is cut', (t) => {
  t.is(printedLine('x'.repeat(300)), `: it printed "${'x'.repeat(200)}"`);
});
