// Exits 0 where node_modules holds what package-lock.json asks for; npm notes what it installed in a hidden lock file.
import {readFileSync} from 'node:fs';
import process from 'node:process';
import {URL} from 'node:url';

const root = new URL('../', import.meta.url);
const packages = (file) => JSON.parse(readFileSync(new URL(file, root), 'utf8')).packages;

function inStep() {
  const wanted = packages('package-lock.json');
  const installed = packages('node_modules/.package-lock.json');
  const same = (path) => installed[path]?.integrity === wanted[path]?.integrity;
  // Optional packages of other platforms stay away.
  const allThere = Object.keys(wanted).every((path) => path === '' || same(path) || (wanted[path].optional && !installed[path]));
  return allThere && Object.keys(installed).every(same);
}

try {
  process.exitCode = inStep() ? 0 : 1;
} catch (error) {
  if (error.code !== 'ENOENT') {
    throw error;
  }
  process.exitCode = 1;
}
