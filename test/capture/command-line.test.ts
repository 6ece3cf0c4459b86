import test, {type ExecutionContext} from 'ava';
import {argvOf} from '../../src/capture/command-line.js';

const becomes = test.macro((t: ExecutionContext, command: string, argv: readonly string[]) => {
  t.deepEqual(argvOf(command), argv);
});

test('plain words run without a shell', becomes, 'redis-cli -p 6379 ping', ['redis-cli', '-p', '6379', 'ping']);
test('space around words does not count', becomes, '  ls   /etc ', ['ls', '/etc']);
test('quotes need a shell', becomes, "sh -c 'echo hi'", ['/bin/sh', '-c', "sh -c 'echo hi'"]);
test('pipes need a shell', becomes, 'cat /a | wc', ['/bin/sh', '-c', 'cat /a | wc']);
test('variables need a shell', becomes, 'echo $HOME', ['/bin/sh', '-c', 'echo $HOME']);
test('globs need a shell', becomes, 'ls /etc/*', ['/bin/sh', '-c', 'ls /etc/*']);
test('an assignment in front needs a shell', becomes, 'LANG=C sort', ['/bin/sh', '-c', 'LANG=C sort']);
test('an assignment behind is a word', becomes, 'env LANG=C', ['env', 'LANG=C']);
