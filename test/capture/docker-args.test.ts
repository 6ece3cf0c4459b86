import test, {type ExecutionContext} from 'ava';
import {networkOf, parseDockerArgs, withNetwork} from '../../src/capture/docker-args.js';
import {ExitCode} from '../../src/model/exit-code.js';
import {WinnowError} from '../../src/model/winnow-error.js';

const gives = test.macro((t: ExecutionContext, args: readonly string[], options: object) => {
  t.deepEqual(parseDockerArgs(args), {HostConfig: {}, ...options});
});

test('nothing gives nothing', gives, [], {});
test('an option in one piece', gives, ['--env=A=1'], {Env: ['A=1']});
test('an option in two pieces', gives, ['--env', 'A=1', '-e', 'B=2'], {Env: ['A=1', 'B=2']});
test('a short option with =', gives, ['-e=A=1'], {Env: ['A=1']});
test('an empty entrypoint clears it', gives, ['--entrypoint='], {Entrypoint: []});
test('volumes and networks', gives, ['-v=/a:/b:ro', '--network=host'], {HostConfig: {Binds: ['/a:/b:ro'], NetworkMode: 'host'}});
test('a tmpfs with and without options', gives, ['--tmpfs=/run', '--tmpfs=/tmp:size=1m,mode=1777'], {
  HostConfig: {Tmpfs: {'/run': '', '/tmp': 'size=1m,mode=1777'}},
});
test('a bind mount in fields', gives, ['--mount=type=bind,source=/a,target=/b,readonly'], {
  HostConfig: {Mounts: [{Type: 'bind', Source: '/a', Target: '/b', ReadOnly: true}]},
});
test('published ports', gives, ['-p=127.0.0.1:8080:80', '-p=53/udp'], {
  ExposedPorts: {'80/tcp': {}, '53/udp': {}},
  HostConfig: {PortBindings: {'80/tcp': [{HostIp: '127.0.0.1', HostPort: '8080'}], '53/udp': [{HostIp: '', HostPort: ''}]}},
});
test('limits as numbers', gives, ['--memory=64MiB', '--pids-limit=20', '--stop-timeout=0'], {
  StopTimeout: 0,
  HostConfig: {Memory: 67_108_864, PidsLimit: 20},
});

const refused = test.macro((t: ExecutionContext, args: readonly string[], message: RegExp) => {
  const error = t.throws(() => parseDockerArgs(args), {instanceOf: WinnowError, message});
  t.is(error.exitCode, ExitCode.usage);
});

test('an unknown option is refused with the ones there are', refused, ['--gpus=all'], /Unknown option '--gpus'/);
test('a word that is no option is refused', refused, ['shop:1.4'], /Unexpected argument 'shop:1\.4'/);
test('a mount without a target is refused', refused, ['--mount=type=bind,source=/a'], /has no type and target/);
test('a limit that is no number is refused', refused, ['--pids-limit=many'], /"many" is not a number/);

test('a container takes another one\'s network, and what it published goes with that', (t) => {
  const args = ['--network=none', '--publish=8080:80', '--add-host=a:10.0.0.1', '--env=A=1', '--memory=64MiB'];
  const ports = {'80/tcp': [{HostIp: '', HostPort: '8080'}]};
  t.deepEqual(networkOf(args), {mode: 'none', ports, hosts: ['a:10.0.0.1']});
  t.deepEqual(networkOf(['--env=A=1']), {});
  const joined = {Env: ['A=1'], ExposedPorts: {}, HostConfig: {Memory: 67_108_864, NetworkMode: 'container:c', PortBindings: {}, ExtraHosts: []}};
  t.deepEqual(withNetwork(parseDockerArgs(args), {mode: 'container:c'}), joined);
  t.deepEqual(withNetwork(parseDockerArgs(['--env=B=2']), networkOf(args)), {
    Env: ['B=2'], ExposedPorts: {'80/tcp': {}}, HostConfig: {NetworkMode: 'none', PortBindings: ports, ExtraHosts: ['a:10.0.0.1']},
  });
});
