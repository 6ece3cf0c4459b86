import {existsSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

/** The directory that holds package.json: above src/ in a checkout, above build/src/ in a package. */
export function packageRoot(): string {
  let directory = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(directory, 'package.json')) && directory !== '/') {
    directory = path.dirname(directory);
  }
  return directory;
}
