import {readFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {kernelWarnings} from '../../test/vm/kernel-warnings.js';
import {buildModule, withMachine} from '../vm/machine.js';

const root = path.resolve(import.meta.dirname, '../..');
const events = 10_000_000;
const cycles = 200;

/** More of everything than a test has time for; it fails where an account is not exact, or the kernel complains. */
export async function stressModule(series: string): Promise<Readonly<Record<string, number | string>>> {
  process.env['WINNOW_VM_LIMIT_S'] ??= '900';
  const guest = {
    series,
    script: 'stress.sh',
    copies: {'winnow.ko': await buildModule(series), device: path.join(root, 'build/workloads/device')},
    files: {events: String(events), cycles: String(cycles)},
  };
  return withMachine(guest, async (share) => {
    const read = async (name: string): Promise<string> => readFile(path.join(share, name), 'utf8');
    const [counted = '', sent = ''] = (await read('stress.log')).match(/\d+ events: .*/g) ?? [];
    const warnings = kernelWarnings(await read('stress.kernel-log'));
    return {
      'with repeats counted': counted,
      'with every event sent': sent,
      'times loaded and unloaded under a workload': Number(await read('cycles-done')),
      'warnings of the kernel': warnings.length === 0 ? 0 : warnings.join('; '),
    };
  });
}
