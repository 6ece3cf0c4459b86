import process from 'node:process';
import {fileURLToPath} from 'node:url';
import {execa} from 'execa';

const script = (name: string): string => fileURLToPath(new URL(`../../scripts/sample/${name}`, import.meta.url));

const tag = process.env['WINNOW_TEST_TAG'] ?? '1';

export const busybox = `winnow-test/busybox:${tag}`;
/** Busybox with the programs of kernel/test in /workloads. */
export const workloads = `winnow-test/workloads:${tag}`;
export const sample = 'winnow-sample/shop:1';

/** Makes the small images where the engine doesn't have them. */
export async function ensureTestImages(): Promise<void> {
  await execa(script('test-images'));
}

/** Makes the sample image where the engine doesn't have it. */
export async function ensureSample(): Promise<void> {
  await execa(script('build'));
}

/** Id of the container whose command line holds `marker`, running or not; null where there is none. */
export async function containerOf(marker: string): Promise<string | null> {
  const {stdout} = await execa('docker', ['ps', '-a', '--no-trunc', '--format={{.ID}} {{.Command}}', '--filter=label=winnow.run']);
  const line = stdout.split('\n').find((text) => text.includes(marker));
  return line?.split(' ')[0] ?? null;
}

/** Whether a process runs whose command line holds `text`. */
export async function isRunning(text: string): Promise<boolean> {
  const {exitCode} = await execa('pgrep', ['--full', '--', text], {reject: false});
  return exitCode === 0;
}
