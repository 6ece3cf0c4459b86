import {ImageTree} from '../../image/tree.js';
import type {ImageIndex} from '../../model/image-index.js';
import type {CarriedOver, FileProbability, Profile} from '../../model/profile.js';
import type {RunTouches} from '../../store/aggregate.js';
import {isClean} from '../evidence.js';
import {type TrainOptions, trainProfile} from '../train-profile.js';
import {withoutRuns} from '../without-runs.js';
import {compareImages, goneFiles, type Likeness} from './compare-images.js';
import {type GroupRates, groupRates} from './group-rates.js';

/**
 * What runs say of a file that had another content then: with this probability it is used as it was before. Argued, not
 * measured: most changes are rebuilds and fixes, which leave alone what a file is for.
 */
const changedWeight = 0.8;

type Belief = Pick<FileProbability, 'probability' | 'interval' | 'likeProfiled' | 'touched'>;

/** What some of the runs teach; clean ones are counted. */
interface Part {
  readonly profile: Profile;
  readonly runs: number;
}

/**
 * As `trainProfile`, from runs of an image and of earlier ones. A file is judged by the runs that had it: fully by those with the
 * same content at its path, for less by those with another, and where there was none by the rates of its directory and package.
 *
 * @param touches runs whose image is none of the earlier ones are the image's own
 */
export function trainWithEarlier(touches: RunTouches, index: ImageIndex, earlier: readonly ImageIndex[], tree = new ImageTree(index), options: TrainOptions = {}): Profile {
  const all = trainProfile(touches, index, tree, options);
  if (earlier.length === 0) {
    return all;
  }
  const compared = earlier.map((image) => compareImages(index, image));
  const likeness = all.files.map((file, at) => compared.map((image) => asUsed(image[at] ?? 'new', file)));
  const rates = groupRates(all, index, likeness.map((like) => like.every((own) => own === 'new')));
  const partOf = rememberParts(touches, earlier, all, (part) => trainProfile(part, index, tree, options));
  const files = all.files.map((file, at): FileProbability => {
    const [like = [], rate] = [likeness[at], rates.get(at)];
    if (rate === undefined) {
      return file;
    }
    const same = partOf(like.map((own) => own === 'same'));
    const present = partOf(like.map((own) => own !== 'new'));
    const [now, before] = [same, present].map((part) => believe(at, part, all, rate));
    const sinceRuns = same.runs > 0 ? {} : {sinceRuns: present.runs > 0 ? 'changed' : 'new'} as const;
    return {...file, ...(now === undefined || before === undefined ? {} : mix(before, now)), ...(all.evidence.runs === 0 ? {} : sinceRuns)};
  });
  return {...all, files, evidence: {...all.evidence, carriedOver: summary(touches, index, earlier, compared)}};
}

/** A new file that an earlier run's touch leads to is what that run would have used: a library of the next version, behind the link that programs name. */
function asUsed(likeness: Likeness, {impliedBy}: FileProbability): Likeness {
  return likeness === 'new' && impliedBy !== null ? 'changed' : likeness;
}

/** Trains on the image's own runs and those of the chosen earlier images, once for each choice: files share few. */
function rememberParts(touches: RunTouches, earlier: readonly ImageIndex[], all: Profile, train: (part: RunTouches) => Profile): (isChosen: readonly boolean[]) => Part {
  const known = new Map<string, Part>();
  return (isChosen) => {
    const key = isChosen.join();
    const left = new Set(earlier.flatMap(({image: {id}}, at) => (isChosen[at] === true ? [] : [id])));
    const out = new Set(touches.runs.flatMap(({imageId}, run) => (left.has(imageId) ? [run] : [])));
    const part = known.get(key) ?? {profile: out.size === 0 ? all : train(withoutRuns(touches, out)), runs: touches.runs.filter((run, at) => isClean(run) && !out.has(at)).length};
    known.set(key, part);
    return part;
  };
}

/** What a part of the runs makes of a file; where others are left out, its neighbours' rates count as one run more. */
function believe(at: number, {profile, runs}: Part, all: Profile, rates: GroupRates): Belief {
  const file = profile.files[at];
  if (file === undefined || (runs === 0 && file.observedFlawedRuns === 0)) {
    return {...rates, interval: [0, 1], touched: {probability: rates.probability, interval: [0, 1]}};
  }
  if (profile === all) {
    return file;
  }
  const drawn = (own: number, rate: number): number => (runs * own + rate) / (runs + 1);
  const probability = drawn(file.probability, rates.probability);
  const touched = drawn(file.touched.probability, rates.probability);
  return {
    probability,
    interval: hull(file.interval, [probability, probability]),
    likeProfiled: drawn(file.likeProfiled, rates.likeProfiled),
    touched: {probability: touched, interval: hull(file.touched.interval, [touched, touched])},
  };
}

/** The two cases that a changed file is used as before, and that it is not; the interval holds both. */
function mix(before: Belief, now: Belief): Belief {
  const mean = (a: number, b: number): number => (a === b ? a : changedWeight * a + (1 - changedWeight) * b);
  return {
    probability: mean(before.probability, now.probability),
    interval: hull(before.interval, now.interval),
    likeProfiled: mean(before.likeProfiled, now.likeProfiled),
    touched: {probability: mean(before.touched.probability, now.touched.probability), interval: hull(before.touched.interval, now.touched.interval)},
  };
}

function hull(a: readonly [number, number], b: readonly [number, number]): readonly [number, number] {
  return [Math.min(a[0], b[0]), Math.max(a[1], b[1])];
}

function summary({runs}: RunTouches, index: ImageIndex, earlier: readonly ImageIndex[], compared: readonly (readonly Likeness[])[]): CarriedOver {
  const files = {same: 0, changed: 0, new: 0};
  index.files.forEach(({type}, at) => {
    if (type === 'file') {
      const likeness = compared.map((image) => image[at]);
      files[likeness.find((own) => own === 'same') ?? likeness.find((own) => own === 'changed') ?? 'new'] += 1;
    }
  });
  return {
    images: earlier.map(({image: {name, id}}) => ({name, id, runs: runs.filter(({imageId}) => imageId === id).length})),
    files: {...files, gone: new Set(earlier.flatMap((image) => goneFiles(index, image))).size},
  };
}
