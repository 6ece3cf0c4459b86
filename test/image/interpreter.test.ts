import {Buffer} from 'node:buffer';
import {createReadStream} from 'node:fs';
import {readdir} from 'node:fs/promises';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import fc from 'fast-check';
import {InterpreterScanner} from '../../src/image/interpreter.js';

function scan(content: Buffer, chunkBytes = content.length): string | null {
  const scanner = new InterpreterScanner();
  for (let at = 0; at < content.length; at += chunkBytes) {
    scanner.push(content.subarray(at, at + chunkBytes));
  }
  return scanner.finish();
}

const scriptNames = test.macro((t: ExecutionContext, text: string, interpreter: string | null) => {
  t.is(scan(Buffer.from(text, 'latin1')), interpreter);
});

test('a script names its interpreter', scriptNames, '#!/bin/sh\necho', '/bin/sh');
test('an argument is not part of the interpreter', scriptNames, '#!/usr/bin/env python3\n', '/usr/bin/env');
test('blanks before the interpreter are skipped', scriptNames, '#! \t/bin/sh\t-e\n', '/bin/sh');
test('a script without a newline has an interpreter', scriptNames, '#!/bin/sh', '/bin/sh');
test('an interpreter is bytes', scriptNames, '#!/opt/\xffx\n', '/opt/\uDCFFx');
test('a name that the kernel would cut short is no interpreter', scriptNames, `#!/${'x'.repeat(300)}\n`, null);
test('a name that just fits is one', scriptNames, `#!/${'x'.repeat(252)}\n`, `/${'x'.repeat(252)}`);
test('a line of blanks names no interpreter', scriptNames, '#!  \n/bin/sh\n', null);
test('text is no script', scriptNames, '# !/bin/sh\n', null);
test('an empty file names no interpreter', scriptNames, '', null);

interface ElfShape {
  readonly is64: boolean;
  readonly isLittleEndian: boolean;
  /** Where the program headers and the interpreter's name stand in the file. */
  readonly tableOffset: number;
  readonly nameOffset: number;
}

/** A file with two program headers, the second of them PT_INTERP (System V ABI, "Object Files"). */
function makeElf({is64, isLittleEndian, tableOffset, nameOffset}: ElfShape): Buffer {
  const bytes = Buffer.alloc(10_000);
  const put = (value: number, at: number, size: 2 | 4 | 8) => {
    const digits = Buffer.alloc(size);
    digits.writeUIntBE(value, Math.max(0, size - 6), Math.min(size, 6));
    bytes.set(isLittleEndian ? digits.reverse() : digits, at);
  };
  const word = is64 ? 8 : 4;
  bytes.set([0x7f, 0x45, 0x4c, 0x46, is64 ? 2 : 1, isLittleEndian ? 1 : 2]);
  put(tableOffset, is64 ? 32 : 28, word);
  put(2, is64 ? 56 : 44, 2);
  const entry = tableOffset + (is64 ? 56 : 32);
  put(3, entry, 4);
  put(nameOffset, entry + (is64 ? 8 : 4), word);
  put(16, entry + (is64 ? 32 : 16), word);
  bytes.write('/lib/ld.so', nameOffset);
  return bytes;
}

for (const [title, shape] of Object.entries({
  '64-bit little-endian': {is64: true, isLittleEndian: true},
  '64-bit big-endian': {is64: true, isLittleEndian: false},
  '32-bit little-endian': {is64: false, isLittleEndian: true},
  '32-bit big-endian': {is64: false, isLittleEndian: false},
})) {
  test(`PT_INTERP of a ${title} file is found, in chunks of any size`, (t) => {
    fc.assert(fc.property(fc.integer({min: 1, max: 11_000}), fc.constantFrom([64, 700], [64, 9000], [5000, 9000], [4090, 4070], [3900, 4090]), (chunkBytes, [tableOffset = 0, nameOffset = 0]) => {
      t.is(scan(makeElf({...shape, tableOffset, nameOffset}), chunkBytes), '/lib/ld.so');
    }), {numRuns: 100});
  });
}

test('a damaged or cut ELF file names some interpreter or none, and never fails', (t) => {
  const elf = makeElf({is64: true, isLittleEndian: true, tableOffset: 64, nameOffset: 700});
  fc.assert(fc.property(fc.nat(elf.length), fc.array(fc.tuple(fc.nat(200), fc.nat(255)), {maxLength: 8}), (length, changes) => {
    const damaged = Buffer.from(elf);
    for (const [at, value] of changes) {
      damaged[at] = value;
    }
    const found = scan(damaged.subarray(0, length), 1000);
    t.true(found === null || found.length > 0);
  }));
});

test('an ELF file that ends anywhere in its header names no interpreter', (t) => {
  for (const is64 of [true, false]) {
    const elf = makeElf({is64, isLittleEndian: true, tableOffset: 64, nameOffset: 700});
    for (let length = 0; length <= 64; length += 1) {
      t.is(scan(elf.subarray(0, length), 1000), null);
    }
  }
});

test('every program of this host has the interpreter that readelf finds', async (t) => {
  const entries = await readdir('/usr/bin', {withFileTypes: true});
  const paths = entries.filter((entry) => entry.isFile()).slice(0, 300).map(({name}) => `/usr/bin/${name}`);
  const {stdout} = await execa('readelf', ['--program-headers', '--wide', ...paths], {reject: false, stderr: 'ignore', env: {LC_ALL: 'C'}});
  let current = '';
  const expected = new Map<string, string>();
  for (const line of stdout.split('\n')) {
    current = /^File: (.*)$/.exec(line)?.[1] ?? current;
    const interpreter = /\[Requesting program interpreter: (.*)\]/.exec(line)?.[1];
    if (interpreter !== undefined) {
      expected.set(current, interpreter);
    }
  }
  t.true(expected.size > 10);
  for (const path of paths) {
    const scanner = new InterpreterScanner();
    let start = '';
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      start ||= chunk.toString('latin1', 0, 2);
      scanner.push(chunk);
    }
    t.is(start === '#!' ? null : scanner.finish(), expected.get(path) ?? null, path);
  }
});
