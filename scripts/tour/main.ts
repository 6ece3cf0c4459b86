/** Second half of `scripts/quickstart`: profile, train, plan and serve the sample image through the command line. */
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {parseArgs} from 'node:util';
import {execa} from 'execa';
import {packageRoot} from '../../src/capture/package-root.js';
import type {DebloatConfig} from '../../src/model/debloat-config.js';
import type {Profile} from '../../src/model/profile.js';
import {findImage, openEngine} from '../../src/image/engine.js';
import {plural} from '../../src/model/plural.js';
import {listRuns} from '../../src/store/store.js';
import {freePort} from './free-port.js';
import {programArguments} from './program.js';
import {servePage} from './serve-page.js';
import {summaryLines} from './summary-lines.js';

const image = 'winnow-sample/shop:1';
const runsEach = 5;

const root = packageRoot();
const {values: flags} = parseArgs({
  options: {'no-serve': {type: 'boolean', default: false}, store: {type: 'string', default: path.join(root, '.winnow')}},
});
const store = path.resolve(flags.store);
const configFile = path.join(store, 'shop.debloat.json');

try {
  await main();
} catch (error) {
  // winnow has said on stderr what went wrong.
  process.stderr.write(`quickstart: ${error instanceof Error && 'shortMessage' in error ? String(error.shortMessage) : String(error)}\n`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const shop = `http://127.0.0.1:${await freePort()}`;
  for (const [workload, steps] of Object.entries(workloadsOf(shop))) {
    const missing = runsEach - (await usableRuns(workload));
    if (missing > 0) {
      await profile(workload, steps, shop, missing);
    }
  }
  say('training and planning');
  const trained = JSON.parse(await winnow(['train', image, '--json'])) as Profile;
  // Its own summary and warnings are what this script's summary says.
  await winnow(['plan', image, '--quiet', '--output', configFile]);
  const config = JSON.parse(await readFile(configFile, 'utf8')) as DebloatConfig;
  const page = flags['no-serve'] ? null : await servePage(store);
  process.stdout.write(`\n${summaryLines(trained, config, path.relative(process.cwd(), configFile), page).join('\n')}\n`);
}

function workloadsOf(shop: string): Readonly<Record<string, readonly string[]>> {
  const visit = (kind: string): string => `${path.join(root, 'scripts/sample/visit')} ${kind} ${shop}`;
  return {
    smoke: ['--http', `${shop}/healthz`, '--http', `${shop}/`],
    browse: ['--test', visit('browse')],
    order: ['--test', visit('order')],
    report: ['--exec', 'shop-report', '--test', visit('report')],
  };
}

/** Runs of an earlier quickstart count, so an interrupted one goes on where it was. */
async function usableRuns(workload: string): Promise<number> {
  const {id} = await findImage(await openEngine(), image);
  const runs = await listRuns(store, {image: id, workload});
  return runs.filter(({complete, lostRecords}) => complete && lostRecords === 0).length;
}

async function profile(workload: string, steps: readonly string[], shop: string, runs: number): Promise<void> {
  say(`profiling ${plural(runs, 'run')} of workload ${workload}`);
  await winnow([
    'profile', image, '--json', '--workload', workload, '--runs', String(runs),
    // Works on engines without a bridge too.
    '--docker-arg=--network=host', `--docker-arg=--env=PORT=${new URL(shop).port}`,
    '--ready', `http:${shop}/healthz`, ...steps,
  ]);
}

/** Standard output of one command; its progress and errors are for the person who waits. */
async function winnow(commandLine: readonly string[]): Promise<string> {
  const {stdout} = await execa(process.execPath, programArguments(store, commandLine), {stdin: 'ignore', stderr: 'inherit'});
  return stdout;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
