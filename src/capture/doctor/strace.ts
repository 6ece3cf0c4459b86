import {type Check, no, ok} from './check.js';
import type {Host} from './host.js';

export async function checkStrace(host: Host): Promise<Check> {
  const version = await host.run('strace', ['--version']);
  return version === null
    ? no('strace', 'not installed; only needed to record logs for winnow runs import', 'apt-get install strace')
    : ok('strace', version.out.split('\n')[0]?.replace('strace -- ', '') ?? '');
}
