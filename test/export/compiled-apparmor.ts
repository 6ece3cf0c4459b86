import {Buffer} from 'node:buffer';
import {execa} from 'execa';

interface State {
  readonly next: Map<number, Step>;
  /** For any byte that isn't in `but`. */
  other: {readonly step: Step; readonly but: ReadonlySet<number>} | null;
}

interface Step {
  readonly state: number;
  readonly permissions: number;
}

/** Letters of apparmor.d(5) for the bits of a matcher's state; those of others than the owner stand 14 bits higher. */
const letters = [['x', 0x1], ['w', 0x2], ['r', 0x4], ['l', 0x10], ['k', 0x20], ['m', 0x40]] as const;

/**
 * What a profile allows to be done to a path, as apparmor_parser compiles it: the letters, in the order of the list above. It walks the
 * matcher that the kernel would get, out of the parser's own dump.
 * @throws where the parser refuses the profile
 */
export async function compileAppArmor(profile: Uint8Array): Promise<(path: Buffer) => string> {
  const {all} = await execa('apparmor_parser', ['--skip-kernel-load', '--skip-cache', '--dump', 'dfa-states'], {input: profile, encoding: 'buffer', all: true});
  const states = parseDump(Buffer.from(all).toString('latin1'));
  return (path) => {
    let step: Step | undefined = {state: 1, permissions: 0};
    for (const byte of path) {
      const state: State | undefined = states.get(step?.state ?? 0);
      step = state?.next.get(byte) ?? (state?.other?.but.has(byte) === false ? state.other.step : undefined);
    }
    return letters.filter(([, bit]) => ((step?.permissions ?? 0) & bit) !== 0).map(([letter]) => letter).join('');
  };
}

function parseDump(dump: string): Map<number, State> {
  const states = new Map<number, State>();
  let state: State = {next: new Map(), other: null};
  for (const line of dump.split('\n')) {
    const head = /^\{(\d+)\} perms:/.exec(line);
    const {byte, but, to, permissions} = /^ {4}(?:(?:.{1,3} )?0x(?<byte>[0-9a-f]+)|\[\^?(?<but>.*)\]) -> \{(?<to>\d+)\}(?: {2}\(0x (?<permissions>[0-9a-f]+)\/)?/s.exec(line)?.groups ?? {};
    if (head !== null) {
      state = {next: new Map(), other: null};
      states.set(Number(head[1]), state);
    } else if (to !== undefined) {
      const step = {state: Number(to), permissions: Number.parseInt(permissions ?? '0', 16)};
      if (byte === undefined) {
        state.other = {step, but: new Set(Array.from((but ?? '').matchAll(/\\x([0-9a-f]{1,2})|\\?(.)/gs), ([, hex, character = '']) => (hex === undefined ? character.charCodeAt(0) : Number.parseInt(hex, 16))))};
      } else {
        state.next.set(Number.parseInt(byte, 16), step);
      }
    }
  }
  return states;
}
