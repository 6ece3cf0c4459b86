import test from 'ava';
import {isAllowedHost, isSameOrigin} from '../../src/server/guard.js';

const answers = test.macro<[host: string | undefined, listen?: string]>({
  exec: (t, host, listen = '127.0.0.1') => t.true(isAllowedHost(host, listen)),
  title: (_, host, listen = '127.0.0.1') => `a request for ${host ?? 'no host'} is answered when listening on ${listen}`,
});

const refuses = test.macro<[host: string | undefined, listen?: string]>({
  exec: (t, host, listen = '127.0.0.1') => t.false(isAllowedHost(host, listen)),
  title: (_, host, listen = '127.0.0.1') => `a request for ${host === undefined ? 'no host' : JSON.stringify(host)} is refused when listening on ${listen}`,
});

test(answers, '127.0.0.1:7342');
test(answers, 'localhost:7342');
test(answers, 'LOCALHOST');
test(answers, 'shop.localhost:9');
test(answers, '[::1]:7342');
test(answers, '192.0.2.7:80');
test(answers, 'build-7.example:7342', 'build-7.example');
test(answers, 'Build-7.example:7342', 'build-7.EXAMPLE');

test(refuses, undefined);
test(refuses, '');
test(refuses, 'evil.example:7342');
test(refuses, 'localhost.evil.example');
test(refuses, '127.0.0.1.evil.example');
test(refuses, 'user@127.0.0.1');
test(refuses, '127.0.0.1/x');
test(refuses, '127.0.0.1:port');
test(refuses, 'build-8.example', 'build-7.example');

test('an origin is the page’s own only with the same host and port', (t) => {
  t.true(isSameOrigin('http://127.0.0.1:7342', '127.0.0.1:7342'));
  t.true(isSameOrigin('http://localhost:9000', 'localhost:9000'));
  t.false(isSameOrigin('http://127.0.0.1:7343', '127.0.0.1:7342'));
  t.false(isSameOrigin('http://evil.example', '127.0.0.1:7342'));
  t.false(isSameOrigin('null', '127.0.0.1:7342'));
  t.false(isSameOrigin(undefined, '127.0.0.1:7342'));
  t.false(isSameOrigin('http://127.0.0.1:7342', undefined));
});
