import {diffImages, type ImageDiff} from '../image/diff-images.js';
import {ExitCode} from '../model/exit-code.js';
import type {ImageIndex} from '../model/image-index.js';
import type {Profile} from '../model/profile.js';
import type {Run} from '../model/run.js';
import {textMember} from '../model/text-member.js';
import {WinnowError} from '../model/winnow-error.js';
import {diffRuns, type RunDiff} from '../store/diff-runs.js';
import {diffProfiles, type ProfileDiff} from '../train/diff-profiles.js';
import type {CommandContext} from './context.js';
import {imageDiffLines, profileDiffLines} from './diff-tables.js';
import {diffLines, outcomeText} from './run-tables.js';

/** What a name on the command line stands for. */
export type Side =
  | {readonly kind: 'image'; readonly name: string; readonly index: ImageIndex}
  | {readonly kind: 'run'; readonly name: string; readonly run: Run}
  | {readonly kind: 'profile'; readonly name: string; readonly profile: Profile};

/** Prints what is different. @throws WinnowError (usage) where they are of different kinds */
export function printDiff(a: Side, b: Side, context: CommandContext): void {
  const found = compare(a, b);
  if (context.json) {
    context.printJson({schema: 'winnow.diff/1', kind: a.kind, a: a.name, b: b.name, ...found.document});
  } else {
    found.lines.forEach(context.print);
  }
}

/** The side that a run of the store is. */
export const runSide = (run: Run): Side => ({kind: 'run', name: run.metadata.runId, run});

function compare(a: Side, b: Side): {readonly lines: string[]; readonly document: object} {
  if (a.kind === 'image' && b.kind === 'image') {
    const found = diffImages(a.index, b.index);
    return {lines: imageDiffLines(found), document: imageDocument(found)};
  }
  if (a.kind === 'run' && b.kind === 'run') {
    const found = diffRuns(a.run, b.run);
    return {lines: diffLines(found), document: runDocument(found)};
  }
  if (a.kind === 'profile' && b.kind === 'profile') {
    const found = diffProfiles(a.profile, b.profile);
    return {lines: profileDiffLines(found), document: profileDocument(found)};
  }
  throw new WinnowError(`${a.name} is ${article(a.kind)}, and ${b.name} ${article(b.kind)}`, {exitCode: ExitCode.usage, hint: 'give two of one kind'});
}

const article = (kind: Side['kind']): string => `${kind === 'image' ? 'an' : 'a'} ${kind}`;

const imageDocument = ({onlyInA, onlyInB, changed, packages, bytes}: ImageDiff): object => ({
  bytes,
  packages,
  onlyInA: onlyInA.map(({path: each, type, bytes: size}) => ({...textMember('path', each), type, bytes: size})),
  onlyInB: onlyInB.map(({path: each, type, bytes: size}) => ({...textMember('path', each), type, bytes: size})),
  changed: changed.map(({path: each, a, b}) => ({...textMember('path', each), a: stateOf(a), b: stateOf(b)})),
});

const stateOf = ({type, bytes, mode, uid, gid, digest, linkTarget}: ImageIndex['files'][number]): object => ({type, bytes, mode, uid, gid, digest, ...textMember('linkTarget', linkTarget)});

const runDocument = ({onlyInA, onlyInB, changed}: RunDiff): object => ({
  onlyInA: onlyInA.map((each) => textMember('path', each)),
  onlyInB: onlyInB.map((each) => textMember('path', each)),
  changed: changed.map(({path: each, a, b}) => ({...textMember('path', each), a: outcomeText(a), b: outcomeText(b)})),
});

const profileDocument = ({onlyInA, onlyInB, changed, evidence}: ProfileDiff): object => ({
  evidence,
  onlyInA: onlyInA.map((each) => textMember('path', each)),
  onlyInB: onlyInB.map((each) => textMember('path', each)),
  changed: changed.map(({path: each, a, b}) => ({...textMember('path', each), a, b})),
});
