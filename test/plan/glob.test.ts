import test, {type ExecutionContext} from 'ava';
import {ExitCode} from '../../src/model/exit-code.js';
import {WinnowError} from '../../src/model/winnow-error.js';
import {compileGlob} from '../../src/plan/glob.js';

const matches = test.macro({
  exec(t: ExecutionContext, glob: string, yes: readonly string[], no: readonly string[]) {
    const test = compileGlob(glob);
    t.deepEqual(yes.filter((path) => !test(path)), []);
    t.deepEqual(no.filter(test), []);
  },
  title: (says = '', glob: string) => `"${glob}": ${says}`,
});

test('a name without a slash matches in any directory', matches, '*.pem', ['/a.pem', '/etc/ssl/b.pem', '/etc/c.pem/inside'], ['/etc/a.pem.bak']);
test('a path starts at the root, with or without its slash', matches, 'etc/ssl', ['/etc/ssl', '/etc/ssl/certs/a'], ['/usr/etc/ssl', '/etc/ssl2']);
test('a directory matches all it holds', matches, '/usr/share/zoneinfo/', ['/usr/share/zoneinfo', '/usr/share/zoneinfo/Europe/Riga'], ['/usr/share/zone']);
test('one star stays within a name', matches, '/usr/*/a', ['/usr/lib/a'], ['/usr/lib/x/a', '/usr/a']);
test('two stars cross directories, or none', matches, '/usr/**/a', ['/usr/a', '/usr/lib/x/a'], ['/usr/ba']);
test('two stars at the end match what a directory holds and not itself', matches, '/usr/**', ['/usr/a', '/usr/b/c'], ['/usr', '/us/r']);
test('a question mark is one character and no slash', matches, '/a?c', ['/abc', '/a😀c', '/a\uDCFFc'], ['/ac', '/a/c']);
test('a set is one character', matches, '/lib[0-9x]', ['/lib6', '/libx'], ['/liby', '/lib', '/lib66']);
test('a negated set is any other, but no slash', matches, '/a[!b]c', ['/axc'], ['/abc', '/a/c']);
test('signs of regular expressions are themselves', matches, '/a+(b).c{1}', ['/a+(b).c{1}'], ['/aab.c', '/a+(b)xc{1}']);
test('a backslash takes the next character as itself', matches, '/a\\*', ['/a*'], ['/ab']);
test('an open bracket that never closes is itself', matches, '/a[b', ['/a[b'], ['/ab']);

for (const glob of ['', '/', '[z-a]']) {
  test(`"${glob}" is refused as wrong usage`, (t) => {
    t.like(t.throws(() => compileGlob(glob), {instanceOf: WinnowError}), {exitCode: ExitCode.usage});
  });
}
