import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {execa} from 'execa';
import {exportedEntries} from '../acceptance.d/exported-entries.js';
import {acceptanceNames, prepareImage} from '../acceptance.d/prepare.js';

/** What debloating came to for one image of the acceptance set. */
export interface Accepted {
  readonly name: string;
  /** Of all files, as the engine counts them. */
  readonly bytes: number;
  readonly debloatedBytes: number;
  readonly files: number;
  readonly keptFiles: number;
  readonly packages: number;
  readonly keptPackages: number;
  readonly attempts: number;
  /** Clean runs that the plan was made of. */
  readonly runs: number;
  /** Each workload that was profiled, on the original and on the debloated image. */
  readonly verified: boolean;
  /** A workload that was not profiled, on the debloated image. */
  readonly heldOut: boolean;
  /** Kept paths whose metadata is not what it was. */
  readonly changedPaths: number;
}

interface Report {
  readonly verification: {readonly status: string; readonly attempts: readonly unknown[]};
  readonly totals: {readonly files: number; readonly removedFiles: number};
  readonly packages: readonly {readonly state: string}[];
  readonly filtered: readonly {readonly path: string}[];
}

const winnow = path.resolve(import.meta.dirname, '../winnow');

/** Profiles, debloats, verifies and tries each image of the acceptance set whose name matches. */
export async function benchAcceptance(wanted: RegExp): Promise<Accepted[]> {
  const accepted: Accepted[] = [];
  for (const name of (await acceptanceNames()).filter((name) => wanted.test(name))) {
    process.stderr.write(`  ${name}\n`);
    accepted.push(await accept(name));
  }
  return accepted;
}

async function accept(name: string): Promise<Accepted> {
  const {tag, directory} = await prepareImage(name);
  const store = await mkdtemp(path.join(tmpdir(), 'winnow-acceptance-store-'));
  const slim = tag.replace(/:/, '-debloated:');
  const reportFile = path.join(store, 'report.json');
  try {
    const {runs} = JSON.parse((await execa(winnow, ['profile', tag, '--config', path.join(directory, 'winnow.yaml'), '--store', store, '--json'])).stdout) as {runs: unknown[]};
    const debloated = await execa(winnow, ['debloat', tag, '--tag', slim, '--store', store, '--report', reportFile], {reject: false, stdout: 'ignore'});
    const report = JSON.parse(await readFile(reportFile, 'utf8')) as Report;
    if (debloated.exitCode !== 0) {
      process.stderr.write(`${debloated.stderr}\n`);
    }
    const isMade = debloated.exitCode === 0;
    return {
      name,
      bytes: await sizeOf(tag),
      debloatedBytes: isMade ? await sizeOf(slim) : Number.NaN,
      files: report.totals.files,
      keptFiles: report.totals.files - report.totals.removedFiles,
      packages: report.packages.length,
      keptPackages: report.packages.filter(({state}) => state !== 'removed').length,
      attempts: report.verification.attempts.length,
      runs: runs.length,
      verified: report.verification.status === 'passed',
      heldOut: isMade && await passes(slim, path.join(directory, 'held-out.yaml'), path.join(store, 'held-out')),
      changedPaths: isMade ? await changedPaths(tag, slim, new Set(report.filtered.map((file) => file.path.slice(1)))) : Number.NaN,
    };
  } finally {
    await execa('docker', ['rmi', slim], {reject: false});
    await rm(directory, {recursive: true});
    await rm(store, {recursive: true});
  }
}

async function passes(image: string, config: string, store: string): Promise<boolean> {
  const {exitCode, stdout, stderr} = await execa(winnow, ['profile', image, '--config', config, '--store', store, '--json'], {reject: false});
  if (exitCode !== 0) {
    process.stderr.write(`${stderr}\n`);
    return false;
  }
  return (JSON.parse(stdout) as {runs: readonly {exitCode: number | null}[]}).runs.every((run) => run.exitCode === 0 || run.exitCode === null);
}

async function sizeOf(image: string): Promise<number> {
  return Number((await execa('docker', ['image', 'inspect', '--format={{.Size}}', image])).stdout);
}

/** How many paths of the debloated image the engine has otherwise on disk than in the original; `replaced` ones may differ. */
async function changedPaths(original: string, debloated: string, replaced: ReadonlySet<string>): Promise<number> {
  const before = await exportedEntries(original);
  const after = await exportedEntries(debloated);
  return [...after].filter(([name, entry]) => !replaced.has(name) && withoutLinks(before.get(name)) !== withoutLinks(entry)).length;
}

/** Of hard links some names may be gone. */
const withoutLinks = (entry: string | undefined): string | undefined => entry?.replace(/ linked .*$/, '');
