// Reads ava's report on stdin: shows all of it but the tests that passed, and last its totals as
// `N passed, N failed, N skipped`. Fails where something failed, where the report was cut, and under CI where a test was
// skipped. It is the report for people, since ava 7's TAP reporter dies of a test that never ends.
import process from 'node:process';
import readline from 'node:readline';

const totals = {passed: 0, failed: 0, skipped: 0};
let crosses = 0;
let ended = false;

for await (const line of readline.createInterface({input: process.stdin})) {
  const total = /^ {2}(?<count>\d+) (?<what>.+)$/.exec(line)?.groups;
  if (line.startsWith('  ✔ ')) {
    totals.passed += 1;
    progress(`${totals.passed} tests`);
    continue;
  }
  crosses += line.startsWith('  ✘ ') ? 1 : 0;
  if (line === '  ─') {
    // Once before the details of failures, and once before the totals.
    ended = true;
    Object.assign(totals, {failed: 0, skipped: 0});
  } else if (ended && total) {
    count(total.what, Number(total.count));
  }
  progress('');
  process.stdout.write(`${line}\n`);
}

if (!ended) {
  process.stdout.write('ava ended before its report did\n');
}
const skippedInCi = Boolean(process.env.CI) && totals.skipped > 0;
if (skippedInCi) {
  process.stdout.write('CI skips nothing: what cannot run there must be mended\n');
}
// A test file that exits by itself is in no total.
const failed = totals.failed || Math.min(crosses, 1);
process.stdout.write(`${totals.passed} passed, ${failed} failed, ${totals.skipped} skipped\n`);
process.exitCode = !ended || failed > 0 || skippedInCi ? 1 : 0;

function count(what, number) {
  if (/^tests? (skipped|todo)$/.test(what)) {
    totals.skipped += number;
  } else if (/^(tests?|hooks?) failed$|^uncaught exceptions?$|^unhandled rejections?$|^tests? remained pending/.test(what)) {
    totals.failed += number;
  }
}

function progress(text) {
  if (process.stderr.isTTY) {
    process.stderr.write(`\r\u001B[K${text}`);
  }
}
