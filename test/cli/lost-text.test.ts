import test from 'ava';
import {lostText} from '../../src/cli/lost-text.js';

test('what found no room is told apart from what no buffer would help, most first', (t) => {
  t.is(lostText([new Map([['path', 2]]), new Map([['ring', 9], ['path', 1]])], 'sum'),
    '12 records lost, so these runs justify no removal; 9 found no room in the kernel\'s buffer: give a larger --ring-size; 3 of paths that are too deep or start from an unknown directory: nothing mends that (docs/probes.md)');
});

test('what several runs of one probe have all counted is told once', (t) => {
  t.regex(lostText([new Map([['ring', 9]]), new Map([['ring', 9]])], 'most'), /^9 records lost, /);
});
