import {log, logit} from '../../stats/elementary.js';
import type {Familiar} from './familiar.js';
import type {Hierarchy, ImageStructure} from './image-structure.js';
import type {Needs} from './needs.js';
import {shareSeen, shrunkRates} from './shrink.js';

/** What a name promises of a file that no run needed: its sort, and whether other images need it, have it and don't, or lack it. */
const classes = [
  'knownProgram', 'unneededProgram', 'otherProgram', 'knownLibrary', 'unneededLibrary', 'otherLibrary', 'knownFile', 'unneededFile',
] as const;
/** What speaks for a file that no run needed; none of the first eight falls when a run needs more. In the order of the weights. */
export const unseenFeatures = ['directoryExtension', 'packageExtension', 'extension', 'sameDirectory', 'stem', 'cousin', 'touched', 'familiar', 'size', ...classes] as const;
/** What speaks for a file that some run needed: its own share in three pieces, so that each has its slope, and its neighbours. */
export const seenFeatures = ['one', 'ownLow', 'ownMiddle', 'ownHigh', 'runs', 'severalKinds', 'neighbours', 'package', 'familiar', 'size'] as const;

/** Row-major, a row for each file that holds content. Rows of `seen` are filled for seen files only. */
export interface Features {
  readonly unseen: Float64Array;
  readonly seen: Float64Array;
}

/** Files that a group borrows from the one above it. */
const strength = 5;
/** Keeps the logarithm of a share finite: as if of 5,000 files one were needed. */
const leastShare = 2e-4;
/** The same for a cousin, of 200 kinds. */
const leastCousin = 0.005;
/** Where the pieces of a file's own logit meet. */
const knots = [-1.5, 1.5] as const;

export function featuresOf(structure: ImageStructure, needs: Needs, familiar: Familiar): Features {
  const {kinds, share, kindsSeen, isSeen} = needs;
  const {directoryExtension, packageExtension, size} = structure;
  const seenOnce = new Float64Array(share.length);
  kindsSeen.forEach((count, file) => (seenOnce[file] = count > 0 ? 1 : 0));
  const meanShare = share.map((sum) => sum / Math.max(1, kinds));
  const logRates = (groups: Hierarchy, values: Float64Array): Float64Array => shrunkRates(groups, values, strength, {scale: (rate) => log(rate + leastShare)});
  const noCousin = log(leastCousin);
  const cousin = largestOther(structure.cousin, structure.cousins, meanShare).map((largest) => (largest === 0 ? 0 : log(largest + leastCousin) - noCousin));
  const logOdds = share.map((_, file) => familiar.logOdds(structure, file));
  const unseen = new Float64Array(unseenFeatures.length * share.length);
  [
    logRates(directoryExtension, seenOnce), logRates(packageExtension, seenOnce), logRates(structure.extension, seenOnce), shareSeen(directoryExtension, seenOnce),
    largestOther(structure.stem, structure.stems, seenOnce), cousin, needs.isTouched, logOdds, size,
  ].forEach((column, at) => {
    for (let file = 0, cell = at; file < share.length; file += 1, cell += unseenFeatures.length) {
      unseen[cell] = column[file] ?? 0;
    }
  });
  const neighbours = logRates(directoryExtension, meanShare);
  const owner = logRates(packageExtension, meanShare);
  const seen = new Float64Array(seenFeatures.length * share.length);
  for (let file = 0; file < share.length; file += 1) {
    const classNumber = 3 * (structure.sort[file] ?? 0) + (logOdds[file] !== 0 ? 0 : familiar.isKnownPackage(structure, file) ? 1 : 2);
    if (classNumber < classes.length) {
      unseen[(file + 1) * unseenFeatures.length - classes.length + classNumber] = 1;
    }
    if (isSeen[file] === 1) {
      const flawed = needs.isSeenFlawed[file] ?? 0;
      const own = logit(((share[file] ?? 0) + flawed + 0.02) / (kinds + flawed + 0.3));
      seen.set([
        1, Math.min(own, knots[0]), Math.min(Math.max(own, knots[0]), knots[1]), Math.max(own, knots[1]),
        logit(((needs.needed[file] ?? 0) + flawed + 0.1) / (needs.runs + flawed + 0.4)), (kindsSeen[file] ?? 0) > 1 ? 1 : 0,
        neighbours[file] ?? 0, owner[file] ?? 0, logOdds[file] ?? 0, size[file] ?? 0,
      ], file * seenFeatures.length);
    }
  }
  return {unseen, seen};
}

/** For each file the largest value of the others in its group; 0 for a file in none. Its own tells of it what its group could not. */
function largestOther(groupOf: Int32Array, groups: number, values: Float64Array): Float64Array {
  const largest = new Float64Array(groups);
  const second = new Float64Array(groups);
  groupOf.forEach((group, file) => {
    const value = values[file] ?? 0;
    if (group >= 0 && value > (largest[group] ?? 0)) {
      second[group] = largest[group] ?? 0;
      largest[group] = value;
    } else if (group >= 0) {
      second[group] = Math.max(second[group] ?? 0, value);
    }
  });
  return values.map((value, file) => {
    const group = groupOf[file] ?? -1;
    const most = group >= 0 ? (largest[group] ?? 0) : 0;
    return group >= 0 && value === most ? (second[group] ?? 0) : most;
  });
}
