import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {buildModule, containerConfig, withMachine} from '../vm/machine.js';

const rungs = ['fentry', 'tracepoint', 'module'] as const;
const titles = {fentry: 'fentry rung', tracepoint: 'tracepoint rung', module: 'kernel module'} as const;
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
    copies: {'winnow.ko': await buildModule(series)},
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
    const costs = [await cost('untraced', 'untraced'), await cost('kernel module, loaded without a session', 'idle')];
    for (const rung of rungs) {
      costs.push(
        await cost(`${titles[rung]}, inside the container`, `${rung}.inside`),
        await cost(`${titles[rung]}, inside it, every event`, `${rung}.all`),
        await cost(`${titles[rung]}, beside it`, `${rung}.beside`),
      );
    }
    return costs;
  });
}
