import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {writeTable} from '../../../scripts/benchmarks/write-table.js';
import {temporaryDirectory} from '../../store/fixtures.js';

test('a measured table takes the place of the one before, and of nothing else', async (t) => {
  const file = path.join(await temporaryDirectory(t), 'page.md');
  await writeFile(file, 'a\n<!-- bench x -->\nold\n<!-- /bench -->\n<!-- bench y -->\nother\n<!-- /bench -->\nb\n');
  await writeTable(file, 'x', ['| new |', '|---|']);
  t.is(await readFile(file, 'utf8'), 'a\n<!-- bench x -->\n| new |\n|---|\n<!-- /bench -->\n<!-- bench y -->\nother\n<!-- /bench -->\nb\n');
  await t.throwsAsync(writeTable(file, 'z', []), {message: /no place for the table of z/});
});
