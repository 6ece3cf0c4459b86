import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {readConfig} from '../../../src/cli/config/config-file.js';
import {configWorkloads, type WorkloadSettings} from '../../../src/cli/config/config-workloads.js';
import {ExitCode} from '../../../src/model/exit-code.js';
import {WinnowError} from '../../../src/model/winnow-error.js';
import {temporaryStore} from '../run-winnow.js';

async function read(t: ExecutionContext, text: string): Promise<{directory: string; workloads: WorkloadSettings[]}> {
  const directory = await temporaryStore(t);
  await writeFile(path.join(directory, 'winnow.yaml'), text);
  return {directory, workloads: configWorkloads(await readConfig('winnow.yaml', directory))};
}

test('a workload by its name alone takes everything from elsewhere', async (t) => {
  const {workloads} = await read(t, 'workloads: [{name: smoke}]');
  t.deepEqual(workloads, [{workload: 'smoke', command: [], dockerArgs: [], steps: [], services: []}]);
});

test('every key becomes what its option would', async (t) => {
  const {directory, workloads} = await read(t, `
workloads:
  - name: all
    runs: auto
    command: serve --port 80
    env: {A: "1", B: 2}
    mounts: [./data:/data:ro, "/srv:/srv", cache:/cache]
    network: host
    ports: ["8080:80", "53/udp"]
    docker: [--memory=64MiB]
    ready: tcp:80
    duration: auto
    steps: [{exec: ls /}, {test: make test}, {http: "http://{address}/"}, {exec: ls /}]
    services:
      db: {image: "db:1", command: [run, a b], env: {C: c}, ready: 2s, capture: true}
`);
  t.deepEqual(workloads, [{
    workload: 'all',
    runs: 'auto',
    command: ['serve', '--port', '80'],
    dockerArgs: ['--network=host', '--publish=8080:80', '--publish=53/udp', '--env=A=1', '--env=B=2', `--volume=${directory}/data:/data:ro`, '--volume=/srv:/srv', '--volume=cache:/cache', '--memory=64MiB'],
    ready: {by: 'tcp', host: null, port: 80},
    duration: 'auto',
    steps: [{kind: 'exec', command: 'ls /'}, {kind: 'test', command: 'make test'}, {kind: 'http', url: 'http://{address}/'}, {kind: 'exec', command: 'ls /'}],
    services: [{name: 'db', image: 'db:1', command: ['run', 'a b'], dockerArgs: ['--env=C=c'], ready: {by: 'time', ms: 2000}, capture: true}],
  }]);
});

test('a command of more than plain words is a shell\'s', async (t) => {
  const {workloads} = await read(t, 'workloads: [{name: a, command: "echo $HOME | cat"}]');
  t.deepEqual(workloads[0]?.command, ['/bin/sh', '-c', 'echo $HOME | cat']);
});

test('anchors and merge keys carry what workloads have in common', async (t) => {
  const {workloads} = await read(t, 'workloads:\n  - &base\n    name: a\n    env: {A: "1"}\n  - <<: *base\n    name: b\n');
  t.deepEqual(workloads.map(({workload, dockerArgs}) => [workload, ...dockerArgs]), [['a', '--env=A=1'], ['b', '--env=A=1']]);
});

const refused = test.macro(async (t: ExecutionContext, text: string, message: string | RegExp, hint: string | RegExp) => {
  const error = await t.throwsAsync(read(t, text), {instanceOf: WinnowError});
  const holds = (actual: string, wanted: string | RegExp): boolean => (typeof wanted === 'string' ? t.is(actual, wanted) : t.regex(actual, wanted));
  holds(error.message, message);
  holds(error.hint ?? '', hint);
  t.is(error.exitCode, ExitCode.usage);
});

const one = (lines: string): string => `workloads:\n  - name: a\n${lines.replaceAll(/^/gm, '    ')}\n`;

test('a key with a typing error is corrected', refused, one('runs: 1\nstpes: []'), 'winnow.yaml:4: "stpes" is not known here', 'write "steps"');
test('an unknown key is told which there are', refused, 'workloads: [{name: a}]\ncheck:\n  maxBytes: 1', 'winnow.yaml:2: "check" is not known here', 'known are workloads, until-risk, max-runs');
test('a workload without a name is told so', refused, 'workloads:\n  - name: a\n  - runs: 1\n', 'winnow.yaml:3: workloads[1] has no "name"', 'write a map with at least a name');
test('a config without workloads is told so', refused, 'max-runs: 3', 'winnow.yaml:1: the config has no "workloads"', 'write a map with the key workloads');
test('an empty file is told so', refused, '', 'winnow.yaml:1: the config can\'t be empty', 'write a map with the key workloads');
test('an empty list of workloads is refused', refused, 'workloads: []', 'winnow.yaml:1: workloads can\'t be an empty list', /^write a list of at least one workload/);
test('a number of runs that is none is told what it may be', refused, one('runs: many'), 'winnow.yaml:3: workloads[0].runs can\'t be "many"', 'write a whole number from 1 to 10000, or auto');
test('a duration that is none is told what it may be', refused, one('duration: 30'), 'winnow.yaml:3: workloads[0].duration can\'t be 30', 'write a time such as 30s or 5m, or auto');
test('a readiness that does not parse is told by its line', refused, one('runs: 1\nready: soon'), /^winnow\.yaml:4: --ready soon is not understood/, /^write tcp:PORT/);
test('a docker option that is not known is told by its line', refused, one('docker:\n  - --memory=1MB\n  - --frobnicate'), /^winnow\.yaml:5: --docker-arg: Unknown option/, /--memory/);
test('a step of two kinds is refused', refused, one('steps:\n  - exec: a\n    test: b'), 'winnow.yaml:4: workloads[0].steps[0] can\'t be a map', 'write exactly one of exec:, test: and http:');
test('a step of an unknown kind is corrected', refused, one('steps:\n  - exce: a'), 'winnow.yaml:4: "exce" is not known here', 'write "exec"');
test('a request without a protocol is refused', refused, one('steps:\n  - http: localhost:80'), 'winnow.yaml:4: workloads[0].steps[0].http can\'t be "localhost:80"', /^write an address/);
test('a value that YAML reads as a number with a point asks for quotes', refused, one('env:\n  VERSION: 1.10'), 'winnow.yaml:4: workloads[0].env.VERSION can\'t be 1.1', /in quotes/);
test('a mount without a target is refused', refused, one('mounts: [data]'), 'winnow.yaml:3: workloads[0].mounts[0] can\'t be "data"', /^write SOURCE:TARGET/);
test('a service without an image is told so', refused, one('services:\n  db:\n    ready: 1s'), 'winnow.yaml:4: workloads[0].services.db has no "image"', 'write a map with at least an image');
test('a service whose name is no host\'s is refused', refused, one('services:\n  My_DB: {image: a}'), 'winnow.yaml:4: "My_DB" is not a name for this', /^write a host name/);
test('two workloads of one name are refused', refused, 'workloads:\n  - name: a\n  - name: b\n  - name: a\n', 'winnow.yaml:4: there are two workloads of the name "a"', 'name one of them otherwise');
test('a risk of nothing is refused', refused, 'until-risk: 0\nworkloads: [{name: a}]', 'winnow.yaml:1: until-risk can\'t be 0', /^write a number above 0/);
test('text that is not YAML is told by its line', refused, 'workloads:\n  - name: [a\n  - b', /^winnow\.yaml:\d: not YAML: /, 'docs/config.md has an example');
test('a key that stands twice is told by its line', refused, one('runs: 1\nruns: 2'), /^winnow\.yaml:4: not YAML: Map keys must be unique/, 'docs/config.md has an example');
test('a file of another kind is refused', refused, '- a\n- b\n', 'winnow.yaml:1: the config can\'t be a list', 'write a map with the key workloads');

test('a config that is not there is named', async (t) => {
  const error = await t.throwsAsync(readConfig('no.yaml', await temporaryStore(t)), {instanceOf: WinnowError});
  t.is(error.message, 'cannot read the config no.yaml: ENOENT');
  t.is(error.exitCode, ExitCode.usage);
});
