import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {buildModule, containerConfig, withMachine} from '../vm/machine.js';

const programs = path.resolve(import.meta.dirname, '../../build/workloads');
const rungs = ['fentry', 'tracepoint', 'module'] as const;
const titles = {fentry: 'fentry rung', tracepoint: 'tracepoint rung', module: 'kernel module'} as const;
const floors = {
  fentry: 'BPF programs that do nothing, where the fentry rung hangs',
  tracepoint: 'a BPF program that does nothing, where the tracepoint rung hangs',
  module: 'kernel module, loaded without a session',
} as const;
const files = 1000;
const rounds = 6;
const execs = 100;

/** Instructions of the container's own processes in user and kernel mode. The probe's reader, on another processor as a rule, is not in them. */
export interface InstructionCost {
  readonly name: string;
  /** An open, fstat and close of a file that was not opened before. */
  readonly firstSight: Cost;
  /** The same of one that was. */
  readonly repeat: Cost;
  /** A fork, exec and exit of a small static program. */
  readonly exec: Cost;
}

export interface Cost {
  readonly instructions: number;
  /** Against the untraced one's. */
  readonly ratio: number;
}

type Instructions = Readonly<Record<'firstSight' | 'repeat' | 'exec', number>>;

/**
 * The file-heavy loop and many execs in a virtual machine whose clocks count instructions: one is one nanosecond (QEMU's
 * -icount), so that the same run gives the same figures on every machine, however busy.
 */
export async function benchInstructions(series: string): Promise<InstructionCost[]> {
  const guest = {
    series,
    script: 'cost.sh',
    copies: {'winnow.ko': await buildModule(series), floor: path.join(programs, 'floor'), 'floor.bpf.o': path.join(programs, 'floor.bpf.o')},
    files: {
      rungs: rungs.map((rung) => `${rung}\n`).join(''),
      'loop.json': containerConfig(['/workloads/loop', String(files), String(rounds), '/tmp/files']),
      'execs.json': containerConfig(['/workloads/execs', String(execs), '/workloads/nothing']),
    },
    qemuOptions: ['-icount', 'shift=0,sleep=off'],
  };
  return withMachine(guest, async (share) => {
    const untraced = await readInstructions(share, 'untraced');
    const cost = async (name: string, way: string): Promise<InstructionCost> => {
      const traced = await readInstructions(share, way);
      const against = (what: keyof Instructions): Cost => ({instructions: traced[what], ratio: traced[what] / untraced[what]});
      return {name, firstSight: against('firstSight'), repeat: against('repeat'), exec: against('exec')};
    };
    const costs = [await cost('untraced', 'untraced')];
    for (const rung of rungs) {
      costs.push(
        await cost(floors[rung], `${rung}.floor`),
        await cost(`${titles[rung]}, inside the container`, `${rung}.inside`),
        await cost(`${titles[rung]}, inside it, every event`, `${rung}.all`),
        await cost(`${titles[rung]}, beside it`, `${rung}.beside`),
      );
    }
    return costs;
  });
}

async function readInstructions(share: string, way: string): Promise<Instructions> {
  const read = async (workload: string): Promise<{cpuNs: number; cpuFirstNs: number}> =>
    JSON.parse(await readFile(path.join(share, `${way}.${workload}`), 'utf8')) as {cpuNs: number; cpuFirstNs: number};
  const loop = await read('loop');
  return {
    firstSight: loop.cpuFirstNs / files,
    repeat: (loop.cpuNs - loop.cpuFirstNs) / (files * (rounds - 1)),
    exec: (await read('execs')).cpuNs / execs,
  };
}
