/** Puts measured tables into the documentation, so that no figure there is typed by hand. */
import {readFile, writeFile} from 'node:fs/promises';

/** Replaces what stands between `<!-- bench NAME -->` and `<!-- /bench -->`. */
export async function writeTable(file: string, name: string, table: readonly string[]): Promise<void> {
  const text = await readFile(file, 'utf8');
  const [start, end] = [`<!-- bench ${name} -->\n`, '<!-- /bench -->'];
  const from = text.indexOf(start) + start.length;
  const to = text.indexOf(end, from);
  if (from < start.length || to === -1) {
    throw new Error(`${file} has no place for the table of ${name}`);
  }
  await writeFile(file, `${text.slice(0, from)}${table.join('\n')}\n${text.slice(to)}`);
}
