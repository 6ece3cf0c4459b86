import test from 'ava';
import {formatCountOf, formatDuration, formatShare} from '../../../web/draw/format.js';

const reads = test.macro<[text: string, expected: string]>({
  exec: (t, text, expected) => t.is(text, expected),
  title: (_, _text, expected) => `"${expected}" reads well`,
});
test(reads, formatShare(0), '0 %');
test(reads, formatShare(0.0004), '< 0.1 %');
test(reads, formatShare(0.0213), '2.1 %');
test(reads, formatShare(0.93), '93 %');
test(reads, formatShare(0.996), '99.6 %');
test(reads, formatShare(0.99995), '> 99.9 %');
test(reads, formatShare(1), '100 %');
test(reads, formatDuration(0), '0 ms');
test(reads, formatDuration(0.418), '0.42 ms');
test(reads, formatDuration(999.4), '999 ms');
test(reads, formatDuration(4200), '4.2 s');
test(reads, formatDuration(245_000), '4 min 05 s');
test(reads, formatCountOf(1, 'file'), '1 file');
test(reads, formatCountOf(2310, 'file'), '2,310 files');
test(reads, formatCountOf(2, 'process', 'processes'), '2 processes');
