import {readFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {kernelWarnings} from '../../test/vm/kernel-warnings.js';
import {buildModule, containerConfig, withMachine} from '../vm/machine.js';

const root = path.resolve(import.meta.dirname, '../..');
const series = '6.1-debug';
const cycles = 10;

/** What such a kernel says of itself, where allocations fail and on a slow machine. */
const ofItself = [/kmemleak: Cannot allocate a scan area/, /hrtimer: interrupt took \d+ ns$/];

/**
 * The kernel module on a kernel that looks for faults in itself (scripts/vm/debug-kernel): wrong use, allocations that
 * fail, full rings, loading and unloading; and what the kernel had to say of it.
 */
export async function debugModule(): Promise<Readonly<Record<string, number | string>>> {
  process.env['WINNOW_VM_LIMIT_S'] ??= '900';
  const guest = {
    series,
    script: 'debug.sh',
    copies: {'winnow.ko': await buildModule(series), device: path.join(root, 'build/workloads/device')},
    files: {
      cycles: String(cycles),
      'burst.json': containerConfig(['/workloads/burst', '5000', '100', '2', '2', '/tmp/files']),
    },
    qemuOptions: ['-smp', '2'],
  };
  return withMachine(guest, async (share) => {
    const read = async (name: string): Promise<string> => readFile(path.join(share, name), 'utf8');
    const warnings = kernelWarnings(await read('debug.kernel-log')).filter((line) => !ofItself.some((pattern) => pattern.test(line)));
    const leaks = (await read('leaks')).trim();
    return {
      'uses, right and wrong, answered as they should be': (await read('device.log')).trimEnd().split('\n').length,
      'allocations and copies that failed, one in each session': Number.parseInt(await read('faults.log'), 10),
      'times loaded and unloaded under a workload': cycles,
      leaks: leaks === '' ? 0 : leaks,
      'warnings of the kernel': warnings.length === 0 ? 0 : warnings.join('; '),
    };
  });
}
