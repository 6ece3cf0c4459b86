import {readFileSync} from 'node:fs';
import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {Ajv} from 'ajv';
import formats from 'ajv-formats';
import test from 'ava';
import {execa} from 'execa';
import {parse} from 'yaml';
import {ExitCode} from '../../src/model/exit-code.js';
import {busybox, ensureTestImages} from '../capture/images.js';
import {sarifSchema} from '../export/sarif-schema.js';
import {root, temporaryStore} from '../cli/run-winnow.js';

test.before(ensureTestImages);

interface Action {
  readonly inputs: Readonly<Record<string, {readonly description: string; readonly required?: boolean; readonly default?: string}>>;
  readonly outputs: Readonly<Record<string, {readonly value: string}>>;
  readonly runs: {readonly using: string; readonly steps: readonly {readonly name: string; readonly shell: string; readonly run: string; readonly if?: string; readonly env?: Readonly<Record<string, string>>}[]};
}

const action = parse(readFileSync(path.join(root, 'action.yml'), 'utf8')) as Action;

/** Runs a step as GitHub's runner does: expressions filled in, the script in a file for bash, and nothing of this process's environment but where programs and the engine are. */
async function runStep(name: string, inputs: Readonly<Record<string, string>>, environment: Readonly<Record<string, string>>) {
  const step = action.runs.steps.find((each) => each.name === name);
  const filled = (text: string): string => text.replaceAll(/\$\{\{ inputs\.([a-z-]+) \}\}/g, (_, input: string) => inputs[input] ?? action.inputs[input]?.default ?? '');
  const env = Object.fromEntries(Object.entries(step?.env ?? {}).map(([variable, value]) => [variable, filled(value)]));
  const script = path.join(environment['RUNNER_TEMP'] ?? '', `${name}.sh`);
  await writeFile(script, step?.run ?? '');
  const {PATH, HOME, DOCKER_HOST} = process.env;
  return execa('bash', ['--noprofile', '--norc', '-e', '-o', 'pipefail', script], {
    env: {PATH, HOME, DOCKER_HOST, ...environment, ...env, GITHUB_ACTION_PATH: root, GITHUB_ACTIONS: 'true', CI: 'true'}, extendEnv: false, cwd: environment['GITHUB_WORKSPACE'] ?? root, reject: false,
  });
}

test('the action is a composite one, whose steps use inputs that it has, through variables only', (t) => {
  t.is(action.runs.using, 'composite');
  const used = JSON.stringify(action.runs.steps).matchAll(/inputs\.([a-z-]+)/g);
  t.deepEqual([...new Set(Array.from(used, ([, name = '']) => name))].sort(), Object.keys(action.inputs).sort());
  for (const {run, shell} of action.runs.steps) {
    t.is(shell, 'bash');
    t.false(run.includes('${{'), 'an input in a script would be run as one');
  }
});

test('its steps profile an image and fail the job where a limit is exceeded', async (t) => {
  const [workspace, runnerTemp] = [await temporaryStore(t), await temporaryStore(t)];
  const summary = path.join(runnerTemp, 'summary.md');
  const environment = {GITHUB_WORKSPACE: workspace, GITHUB_STEP_SUMMARY: summary, RUNNER_TEMP: runnerTemp};
  const inputs = {image: busybox, 'profile-options': '--docker-arg=--network=none\n--runs=2\n--workload=a b; echo $HOME\n', 'max-bloat': '0.9', 'max-size': '1MB'};
  const profiled = await runStep('Profile', inputs, environment);
  t.is(profiled.exitCode, ExitCode.done, profiled.stderr);
  const checked = await runStep('Check', inputs, environment);
  t.is(checked.exitCode, ExitCode.threshold, checked.stderr);
  t.regex(checked.stdout, /^held +max-bloat/m);
  t.regex(checked.stdout, /^::error file=Dockerfile,title=Image too large::/m);
  t.regex(await readFile(summary, 'utf8'), /max-size/);
  const sarif = path.join(workspace, action.outputs['sarif']?.value.replace('${{ inputs.sarif }}', action.inputs['sarif']?.default ?? '') ?? '');
  const ajv = formats.default(new Ajv());
  t.true(ajv.validate(sarifSchema, JSON.parse(await readFile(sarif, 'utf8'))), ajv.errorsText());
  t.is((await runStep('Check', {...inputs, 'max-size': '3MB'}, environment)).exitCode, ExitCode.done);
  const {stdout} = await execa(path.join(root, 'scripts/winnow'), ['runs', 'list', '--json', '--store', path.join(workspace, '.winnow')]);
  t.deepEqual((JSON.parse(stdout) as {workload: string}[]).map(({workload}) => workload), ['a b; echo $HOME', 'a b; echo $HOME']);
});
