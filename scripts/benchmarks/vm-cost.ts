import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {containerConfig, withMachine} from '../vm/machine.js';

const rungs = ['fentry', 'tracepoint'] as const;
const files = 2000;
const rounds = 20;

/** Instructions that the kernel, the loop and the probe's reader spend on one open, fstat and close. */
export interface InstructionCost {
  readonly name: string;
  readonly instructions: number;
  /** Against the untraced loop's. */
  readonly ratio: number;
}

/**
 * The file-heavy loop in a virtual machine whose clock counts instructions: one is one nanosecond (QEMU's -icount), so that
 * the same run gives the same figure on every machine.
 */
export async function benchInstructions(series: string): Promise<InstructionCost[]> {
  const guest = {
    series,
    script: 'cost.sh',
    files: {
      rungs: rungs.map((rung) => `${rung}\n`).join(''),
      'loop.json': containerConfig(['/workloads/loop', String(files), String(rounds), '/tmp/files']),
    },
    qemuOptions: ['-icount', 'shift=0,sleep=off'],
  };
  return withMachine(guest, async (share) => {
    const instructions = async (file: string): Promise<number> => {
      const {ns} = JSON.parse(await readFile(path.join(share, `${file}.cost`), 'utf8')) as {ns: number};
      return ns / (files * rounds);
    };
    const untraced = await instructions('untraced');
    const cost = async (name: string, file: string): Promise<InstructionCost> => {
      const traced = await instructions(file);
      return {name, instructions: traced, ratio: traced / untraced};
    };
    const costs = [await cost('untraced', 'untraced')];
    for (const rung of rungs) {
      costs.push(await cost(`${rung} rung, inside the container`, `${rung}.inside`), await cost(`${rung} rung, beside it`, `${rung}.beside`));
    }
    return costs;
  });
}
