import {readFile} from 'node:fs/promises';
import test, {type ExecutionContext} from 'ava';

const read = async (name: string): Promise<string> => readFile(new URL(`../${name}`, import.meta.url), 'utf8');

/** The last cell of each line of the tables whose last column is headed so. */
function lastCells(page: string, heading: string): string[] {
  const tables = page.split(/\n(?!\|)/).filter((table) => table.split('\n').some((line) => line.endsWith(`| ${heading} |`)));
  return tables.flatMap((table) => table.split('\n').filter((line) => line.startsWith('| ')).slice(1)).map((line) => line.split(' | ').at(-1)?.replace(/ \|$/, '') ?? '');
}

const hasTests = test.macro({
  exec: async (t: ExecutionContext, page: string, folder: string, least: number) => {
    const cells = lastCells(await read(page), `test in \`${folder}\``);
    t.true(cells.length >= least, `${cells.length} lines`);
    for (const cell of cells) {
      const {file = '', title = ''} = /^`(?<file>[\w-]+)`: (?<title>.+)$/.exec(cell)?.groups ?? {};
      const titles = [...(await read(`${folder}/${file}.test.ts`)).matchAll(/^test(?:\.serial)?\(['"](.+?)['"], /gm)].map(([, each]) => each);
      t.is(titles.filter((each) => each?.startsWith(title)).length, 1, cell);
    }
  },
  title: (_, page) => `each line of the table of tests in ${page} names one that there is`,
});

test(hasTests, 'docs/ssh.md', 'test/capture', 20);
