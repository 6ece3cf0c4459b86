import {mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {randomBytes} from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {execa} from 'execa';
import {openEngine, readEngineImage} from '../../src/image/engine.js';
import {textMember} from '../../src/model/text-member.js';
import {benchTag} from './containers.js';
import {seededRandom} from './interleave.js';

const imageBytes = 1e9;
const files = 25_000;
const layers = 4;

export interface LargeImage {
  readonly tag: string;
  /** A directory of its own. */
  readonly directory: string;
  /** File with a plan that keeps every tenth file of each layer, as is usual for images of packages. */
  readonly plan: string;
  /** File with a plan that keeps all. */
  readonly planOfAll: string;
}

/**
 * Gives `use` an image of 1 GB in 25,000 files over four layers, on the engine, that no engine has seen before. Sizes are log-normal about 4 kB, up to
 * many MB, and contents are pieces of a program, so that they compress as programs do.
 */
export async function withLargeImage<T>(use: (image: LargeImage) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'winnow-bench-debloat-'));
  const tag = `winnow-bench/large:${benchTag}`;
  try {
    const context = path.join(directory, 'context');
    await writeContext(context);
    await execa('docker', ['build', '--quiet', `--tag=${tag}`, context], {env: {DOCKER_BUILDKIT: '0'}});
    await rm(context, {recursive: true});
    const {image, files: paths} = await readEngineImage(await openEngine(), tag);
    const writePlan = async (name: string, isKept: (at: number) => boolean): Promise<string> => {
      const file = path.join(directory, name);
      const decisions = paths.map(({path: of, type}, at) => ({...textMember('path', of), decision: type !== 'file' || isKept(at) ? 'keep' : 'remove'}));
      await writeFile(file, JSON.stringify({schema: 'winnow.debloat/1', image, files: decisions}));
      return file;
    };
    return await use({tag, directory, plan: await writePlan('plan.json', (at) => at % 10 === 0), planOfAll: await writePlan('all.json', () => true)});
  } finally {
    await execa('docker', ['rmi', '--force', tag], {reject: false});
    await rm(directory, {recursive: true, force: true});
  }
}

async function writeContext(context: string): Promise<void> {
  const program = await readFile(process.execPath);
  const random = seededRandom(1);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const sizes = Array.from({length: files}, () => Math.exp(2 * normal()));
  const scale = imageBytes / sizes.reduce((sum, size) => sum + size, 0);
  for (const [at, size] of sizes.entries()) {
    const directory = path.join(context, `layer${at % layers}`, `d${at % 397}`);
    await mkdir(directory, {recursive: true});
    const bytes = Math.min(Math.ceil(size * scale), program.length / 2);
    const start = Math.floor(random() * program.length / 2);
    await writeFile(path.join(directory, `f${at}`), [randomBytes(16), program.subarray(start, start + bytes)]);
  }
  const copies = Array.from({length: layers}, (_, layer) => `COPY layer${layer} /layer${layer}`);
  await writeFile(path.join(context, 'Dockerfile'), ['FROM scratch', ...copies, 'CMD ["/none"]', ''].join('\n'));
}
