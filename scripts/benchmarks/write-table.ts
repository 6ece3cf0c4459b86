/** Puts measured tables into the documentation, so that no figure there is typed by hand. */
import {readFile, writeFile} from 'node:fs/promises';

/** Replaces what stands between `<!-- bench NAME -->` and `<!-- /bench -->`. */
export async function writeTable(file: string, name: string, table: readonly string[]): Promise<void> {
  await changeTable(file, name, () => table);
}

/** Replaces the heading, and the rows that have the same first cell as one of the new ones; the others stay. */
export async function writeRows(file: string, name: string, [heading = '', rule = '', ...rows]: readonly string[]): Promise<void> {
  const fresh = new Map(rows.map((row) => [firstCell(row), row]));
  await changeTable(file, name, ([, , ...earlier]) => {
    const known = new Set(earlier.map(firstCell));
    return [heading, rule, ...earlier.map((row) => fresh.get(firstCell(row)) ?? row), ...rows.filter((row) => !known.has(firstCell(row)))];
  });
}

const firstCell = (row: string): string => row.split('|')[1]?.trim() ?? '';

async function changeTable(file: string, name: string, change: (earlier: readonly string[]) => readonly string[]): Promise<void> {
  const text = await readFile(file, 'utf8');
  const [start, end] = [`<!-- bench ${name} -->\n`, '<!-- /bench -->'];
  const from = text.indexOf(start) + start.length;
  const to = text.indexOf(end, from);
  if (from < start.length || to === -1) {
    throw new Error(`${file} has no place for the table of ${name}`);
  }
  const earlier = text.slice(from, to).split('\n').filter((line) => line !== '');
  await writeFile(file, `${text.slice(0, from)}${change(earlier).join('\n')}\n${text.slice(to)}`);
}
