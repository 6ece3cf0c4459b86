import test from 'ava';
import fc from 'fast-check';
import {pathFromBytes} from '../../src/model/container-path.js';
import {apiPath, pathFromKey, pathKey, pathMatches} from '../../src/server/api-path.js';

test('a path that is not UTF-8 is sent percent-encoded and marked', (t) => {
  t.deepEqual(apiPath(pathFromBytes(Buffer.from('/caf\xe9', 'latin1'))), {path: '/caf%E9', pathEncoded: true});
  t.deepEqual(apiPath('/caf%E9'), {path: '/caf%E9'});
});

test('every path of bytes has a key of its own that leads back to it', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({maxLength: 24}), fc.uint8Array({maxLength: 24}), (left, right) => {
      const [a, b] = [left, right].map((bytes) => pathFromBytes(Buffer.from([0x2f, ...bytes]))) as [string, string];
      t.is(pathFromKey(pathKey(a)), a);
      t.is(pathKey(a) === pathKey(b), a === b);
    }),
  );
});

test('search ignores case and finds what is shown of an encoded path', (t) => {
  t.true(pathMatches('/usr/bin/Perl', 'perl'));
  t.true(pathMatches(pathFromBytes(Buffer.from('/caf\xe9', 'latin1')), '%e9'));
  t.false(pathMatches('/usr/bin/perl', 'python'));
});
