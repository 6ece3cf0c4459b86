import type {ImageDiff} from '../image/diff-images.js';
import type {ImageFile} from '../model/image-index.js';
import {plural} from '../model/plural.js';
import {formatBytes} from '../model/units.js';
import type {ProfileDiff} from '../train/diff-profiles.js';
import {displayPath} from './columns.js';
import {formatPercent} from './figures.js';

/** Lines of `winnow diff` for images: "-" is only in the first, "+" only in the second, "~" is not the same. */
export function imageDiffLines({onlyInA, onlyInB, changed, packages, bytes}: ImageDiff): string[] {
  const grown = bytes.b - bytes.a;
  return [
    ...packages.map(({name, a, b}) => (a === null ? `+ package ${name} ${b ?? ''}` : b === null ? `- package ${name} ${a}` : `~ package ${name}  ${a} → ${b}`)),
    ...onlyInA.map((file) => `- ${fileText(file)}`),
    ...onlyInB.map((file) => `+ ${fileText(file)}`),
    ...changed.map(({path, a, b}) => `~ ${displayPath(path)}  ${differences(a, b).join(', ')}`),
    `${plural(onlyInA.length, 'path')} less, ${onlyInB.length} more, ${changed.length} changed; ${formatBytes(bytes.a)} → ${formatBytes(bytes.b)} (${grown < 0 ? '−' : '+'}${formatBytes(Math.abs(grown))})`,
  ];
}

/** The same for profiles: "-" was wanted by runs of the first only, "+" by runs of the second only, "~" with another probability. */
export function profileDiffLines({onlyInA, onlyInB, changed, evidence: {a, b}}: ProfileDiff): string[] {
  return [
    ...onlyInA.map((path) => `- ${displayPath(path)}`),
    ...onlyInB.map((path) => `+ ${displayPath(path)}`),
    ...changed.map((change) => `~ ${displayPath(change.path)}  ${formatPercent(change.a)} → ${formatPercent(change.b)}`),
    `${plural(onlyInA.length, 'path')} less, ${onlyInB.length} more, ${changed.length} changed; ${plural(a.runs, 'run')} → ${b.runs}, risk up to ${formatPercent(a.risk.upper95)} → ${formatPercent(b.risk.upper95)}`,
  ];
}

const fileText = ({path, type, bytes}: ImageFile): string => `${displayPath(path)}  ${type === 'file' ? formatBytes(bytes) : type}`;

function differences(a: ImageFile, b: ImageFile): string[] {
  const change = (name: string, ofA: string, ofB: string): string[] => (ofA === ofB ? [] : [`${name}${ofA} → ${ofB}`]);
  const mode = ({mode: bits}: ImageFile): string => bits.toString(8).padStart(4, '0');
  return [
    ...change('', a.type, b.type),
    ...change('', formatBytes(a.bytes), formatBytes(b.bytes)),
    ...(a.digest !== b.digest && a.bytes === b.bytes ? ['other content'] : []),
    ...change('mode ', mode(a), mode(b)),
    ...change('owner ', `${a.uid}:${a.gid}`, `${b.uid}:${b.gid}`),
    ...change('to ', displayPath(a.linkTarget ?? '-'), displayPath(b.linkTarget ?? '-')),
  ];
}
