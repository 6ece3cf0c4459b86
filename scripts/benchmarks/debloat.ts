import path from 'node:path';
import process from 'node:process';
import {execa} from 'execa';
import {benchTag} from './containers.js';
import {interleave, type Ratio, seededRandom, type Variant} from './interleave.js';
import {withLargeImage} from './large-image.js';
import {watchMemory} from './peak-memory.js';

const root = path.resolve(import.meta.dirname, '../..');
const winnow = path.join(root, 'scripts/winnow');

export interface DebloatBench {
  /** Wall time. */
  readonly ratios: readonly Ratio[];
  /** Bytes resident at most of any run of winnow. */
  readonly peak: number;
}

export interface DebloatRounds {
  readonly rounds: number;
  readonly seed: number;
  readonly onRun: (round: number, name: string) => void;
}

/**
 * Engine to engine against `docker save | docker load`. A debloated image and its remainder are a GB of layers that no engine has, so what is compared with
 * loads a GB of new layers too, into a second engine that has none. One engine into itself makes no layer, and so does about half of the work.
 */
export async function benchDebloat(how: DebloatRounds): Promise<DebloatBench> {
  return withLargeImage((image) => withSecondEngine(image.directory, async (second) => {
    const [slim, rest] = [`winnow-bench/debloated:${benchTag}`, `winnow-bench/remainder:${benchTag}`];
    let peak = 0;
    const debloat = (...options: readonly string[]) => async (): Promise<number> => {
      const run = await runWinnow(['debloat', image.tag, '--plan', image.plan, '--no-verify', '--tag', slim, ...options]);
      peak = Math.max(peak, run.peak);
      await execa('docker', ['rmi', slim, ...options.slice(1)]);
      return run.seconds;
    };
    const ratios = await measure([
      {name: '`docker save` piped into `docker load` of a second engine that has none of the layers', run: async () => {
        const seconds = await secondsOf(`docker save ${image.tag} | docker --host ${second} load --quiet`);
        await execa('docker', ['--host', second, 'rmi', image.tag]);
        return seconds;
      }},
      {name: '`docker save` piped into `docker load` of the same engine, which then makes no layer', run: () => secondsOf(`docker save ${image.tag} | docker load --quiet`)},
      {name: '`winnow debloat` with `--remainder`', run: debloat('--remainder', rest)},
      {name: '`winnow debloat` without', run: debloat()},
    ], how);
    return {ratios, peak};
  }));
}

/** Files to files, against hashing what is read and what is written, and for layers in gzip decompressing and compressing them. */
export async function benchDebloatFiles(how: DebloatRounds): Promise<DebloatBench> {
  return withLargeImage(async ({tag, directory, plan, planOfAll}) => {
    const file = (name: string): string => path.join(directory, name);
    await execa('docker', ['save', '--output', file('in.tar'), tag]);
    await runWinnow(['debloat', `docker-archive:${file('in.tar')}`, '--plan', planOfAll, '--no-verify', '--tag', `oci:${file('in')}`]);
    let peak = 0;
    const debloat = (from: string, to: string, rest: string) => async (): Promise<number> => {
      const run = await runWinnow(['debloat', `${from}`, '--plan', plan, '--no-verify', '--tag', to, '--remainder', rest]);
      peak = Math.max(peak, run.peak);
      await execa('rm', ['-rf', file('slim.tar'), file('rest.tar'), file('out')]);
      return run.seconds;
    };
    const ratios = await measure([
      {name: '`sha256sum` of the archive, twice', run: () => secondsOf(`sha256sum ${file('in.tar')} ${file('in.tar')}`)},
      {name: '`winnow debloat` of the archive to two archives', run: debloat(`docker-archive:${file('in.tar')}`, `docker-archive:${file('slim.tar')}`, `docker-archive:${file('rest.tar')}`)},
      {name: '`gzip -d` piped into `gzip`, the layers one after the other', run: () => secondsOf(`find ${file('in')}/blobs -size +1M -exec sh -c 'gzip -dc $0 | gzip -nc >/dev/null' {} \\;`)},
      {name: '`winnow debloat` of an OCI layout with layers in gzip to another', run: debloat(`oci:${file('in')}`, `oci:${file('out')}:slim`, `oci:${file('out')}:rest`)},
    ], how);
    return {ratios, peak};
  });
}

const measure = (variants: readonly [Variant, ...Variant[]], {rounds, seed, onRun}: DebloatRounds): Promise<Ratio[]> => interleave(variants, {rounds, random: seededRandom(seed), onRun});

/** On a disk that has nothing left to write of before. */
async function timed<T>(work: () => Promise<T>): Promise<{readonly seconds: number; readonly result: T}> {
  await execa('sync');
  const start = performance.now();
  const result = await work();
  return {seconds: (performance.now() - start) / 1000, result};
}

const secondsOf = async (script: string): Promise<number> => (await timed(() => execa('bash', ['-euo', 'pipefail', '-c', script]))).seconds;

async function runWinnow(args: readonly string[]): Promise<{readonly seconds: number; readonly peak: number}> {
  const {seconds, result: {controller: peak}} = await timed(async () => {
    const running = execa(winnow, args);
    const watching = new AbortController();
    const memory = watchMemory(running.pid ?? 0, watching.signal);
    await running;
    watching.abort();
    return memory;
  });
  return {seconds, peak};
}

async function withSecondEngine<T>(directory: string, use: (host: string) => Promise<T>): Promise<T> {
  const host = `unix://${directory}/second.sock`;
  const engine = (what: string) => execa(path.join(root, 'scripts/engine'), [what], {env: {...process.env, DOCKER_HOST: host}});
  try {
    await engine('ensure');
    return await use(host);
  } finally {
    await engine('stop');
  }
}
