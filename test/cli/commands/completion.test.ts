import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {ExitCode} from '../../../src/model/exit-code.js';
import type {CommandDescription} from '../../../src/cli/completion/describe-commands.js';
import {linesOf, temporaryStore, winnow} from '../run-winnow.js';

async function scriptFor(t: ExecutionContext, shell: string): Promise<string> {
  const {code, out, err} = await winnow(['completion', shell]);
  t.is(code, ExitCode.done, err);
  const file = path.join(await temporaryStore(t), `winnow.${shell}`);
  await writeFile(file, out);
  return file;
}

/** Words as readline hands them over; the last one is being typed. */
const offers = test.macro({
  title: (_, words: readonly string[]) => `bash offers what can follow: winnow ${words.join(' ')}`,
  async exec(t: ExecutionContext, words: readonly string[], expected: readonly string[]) {
    const program = 'source "$1"; shift; COMP_WORDS=(winnow "$@"); COMP_CWORD=$#; _winnow; printf "%s\\n" "${COMPREPLY[@]}"';
    const {stdout} = await execa('bash', ['--norc', '-c', program, 'bash', await scriptFor(t, 'bash'), ...words], {cwd: new URL('../../../', import.meta.url)});
    t.deepEqual(linesOf(stdout).sort(), [...expected].sort());
  },
});

test(offers, ['ru'], ['runs']);
test(offers, ['runs', ''], ['delete', 'diff', 'export', 'import', 'list', 'show']);
test(offers, ['runs', 'list', '--'], ['--image', '--workload', '--help', '--json', '--store', '--quiet']);
test(offers, ['--qu'], ['--quiet']);
test(offers, ['profile', 'shop:1.4', '--backend', ''], ['auto', 'bpftrace', 'ebpf', 'module']);
test(offers, ['profile', '--backend', '='], ['auto', 'bpftrace', 'ebpf', 'module']);
test(offers, ['profile', '--backend', '=', 'e'], ['ebpf']);
test(offers, ['attach', '--backend', ''], ['auto', 'ebpf', 'module']);
test(offers, ['completion', ''], ['bash', 'fish', 'zsh']);
test(offers, ['--store', 'runs', 'ser'], ['serve']);
test(offers, ['--store', '=', 'runs', 'ser'], ['serve']);
test(offers, ['profile', '--workload', ''], []);
test(offers, ['runs', 'import', 'READ'], ['README.md']);
test(offers, ['train', '--store', 'doc'], ['docs']);
test(offers, ['profile', 'shop', '--', 'READ'], ['README.md']);

test('in an interactive bash the tab key completes a command, an option and its value', async (t) => {
  const script = await scriptFor(t, 'bash');
  const typed = ['PS1=', `source ${script}`, 'winnow() { echo "ran <$*>"; }', 'winnow prof\t--back\te\t--events=a\t', 'exit', ''].join('\n');
  const {stdout} = await execa('script', ['--quiet', '--command', 'bash --norc --noprofile -i', '/dev/null'], {input: typed, env: {TERM: 'dumb', INPUTRC: '/dev/null'}});
  t.regex(stdout, /ran <profile --backend ebpf --events=all ?>/);
});

test('every command and option of --help is in the scripts of all shells', async (t) => {
  const commands = JSON.parse((await winnow(['completion', 'bash', '--json'])).out) as CommandDescription[];
  t.true(commands.some(({path: name}) => name === 'runs list'));
  for (const shell of ['bash', 'zsh', 'fish']) {
    const {out} = await winnow(['completion', shell]);
    for (const {path: name, options} of commands) {
      t.true(out.includes(`'${name}'`), `${shell}: ${name}`);
      const flags = options.flatMap((option) => option.flags).map((flag) => (shell === 'fish' ? ` -${flag.startsWith('--') ? 'l' : 's'} ${flag.replace(/^-+/, '')} ` : flag));
      flags.forEach((flag) => t.true(out.includes(flag), `${shell}: ${flag}`));
    }
  }
});

test('every command that --help lists is described', async (t) => {
  const {out} = await winnow(['--help']);
  const listed = [...(out.split('Commands:')[1] ?? '').matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name).filter((name) => name !== 'help');
  const commands = JSON.parse((await winnow(['completion', 'bash', '--json'])).out) as CommandDescription[];
  t.deepEqual(commands[0]?.subcommands.map(({name}) => name), listed as string[]);
  t.true(listed.length >= 9);
});

test('an unknown shell is told which there are', async (t) => {
  const {code, err} = await winnow(['completion', 'tcsh']);
  t.is(code, ExitCode.usage);
  t.regex(err, /'tcsh' is invalid.*Allowed choices are bash, zsh, fish/);
});
