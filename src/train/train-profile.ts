import {ImageTree} from '../image/tree.js';
import type {ImageIndex} from '../model/image-index.js';
import type {DiscoveryPoint, FileProbability, Profile} from '../model/profile.js';
import {fitBetaBinomial, type BetaPrior} from '../stats/beta-binomial.js';
import {betaQuantile} from '../stats/beta-quantile.js';
import {logistic, logit} from '../stats/elementary.js';
import {incidenceHistogram, selectRuns} from '../stats/incidence.js';
import {posterior, type Posterior} from '../stats/posterior.js';
import {rarefaction} from '../stats/rarefaction.js';
import type {RunTouches} from '../store/aggregate.js';
import {cleanIndex, gatherEvidence} from './evidence.js';
import {estimate} from './estimate/estimate.js';
import {imageStructure} from './estimate/image-structure.js';
import {learned} from './estimate/learned.js';
import {countNeeds} from './estimate/needs.js';
import {runKinds} from './estimate/run-kinds.js';
import {neededRuns} from './needed-runs.js';

const nobody = new Uint32Array();

/** More points than a chart of the curve can show. */
const maxDiscoveryPoints = 200;

export interface TrainOptions {
  /** Runs after which a run weighs half; Infinity for all alike. */
  readonly halfLifeRuns?: number;
}

/**
 * Learns from the runs of one image how likely each of its files is to be needed by the next run. A file's probability
 * comes of its own share of kinds of workload and of clean runs, of its neighbours' and of what other images taught
 * (`estimate`, docs/trainer.md). A flawed run adds its sightings and no trial: what it did not show, it may have lost.
 */
export function trainProfile(touches: RunTouches, index: ImageIndex, tree = new ImageTree(index), {halfLifeRuns = Infinity}: TrainOptions = {}): Profile {
  const {incidence, opened, impliedBy} = neededRuns(touches, index, tree);
  const clean = selectRuns(incidence, cleanIndex(touches.runs));
  const cleanOpened = selectRuns(opened, cleanIndex(touches.runs));
  const structure = imageStructure(index);
  const content = Array.from(structure.files, (at) => clean[at] ?? nobody);
  const evidence = gatherEvidence(touches.runs, content);
  const histogram = incidenceHistogram(content, evidence.runs);
  const believeTouched = rememberPosterior(fitBetaBinomial(histogram), touches.runs.length);
  const {next, likeProfiled} = estimate(structure, countNeeds(structure.files, opened, incidence, runKinds(touches.runs, halfLifeRuns)), learned);
  const intervalOf = rememberInterval(evidence.effectiveRuns);
  const numberOf = new Int32Array(index.files.length).fill(-1);
  structure.files.forEach((at, number) => (numberOf[at] = number));
  const workloadsOf = rememberWorkloads(touches);
  const files = index.files.map(({path, layer, type, bytes, package: packageName}, at): FileProbability => {
    const runs = incidence[at] ?? nobody;
    const observedRuns = clean[at]?.length ?? 0;
    const openedRuns = cleanOpened[at]?.length ?? 0;
    const number = numberOf[at] ?? -1;
    const looked = believeTouched(runs.length, evidence.runs - observedRuns);
    const probability = number < 0 ? looked.probability : (next[number] ?? 0);
    const interval = number < 0 ? looked.interval : intervalOf(probability);
    return {
      path, layer, type, bytes, package: packageName,
      probability,
      interval,
      likeProfiled: number < 0 ? looked.probability : (likeProfiled[number] ?? 0),
      touched: atLeast(looked, probability, interval),
      observedRuns,
      openedRuns,
      observedFlawedRuns: runs.length - observedRuns,
      observedWorkloads: workloadsOf(runs),
      impliedBy: impliedBy[at] ?? null,
    };
  });
  return {schema: 'winnow.profile/1', image: index.image, evidence: halfLifeRuns === Infinity ? evidence : {...evidence, halfLifeRuns}, files, discovery: discoveryCurve(histogram)};
}

/** Files have few different counts, and quantiles are dear. */
function rememberPosterior(prior: BetaPrior, runs: number): (needed: number, spared: number) => Posterior {
  const known = new Map<number, Posterior>();
  return (needed, spared) => {
    const key = needed * (runs + 1) + spared;
    const belief = known.get(key) ?? posterior(prior, needed, spared);
    known.set(key, belief);
    return belief;
  };
}

/**
 * The 95 % interval of Beta(p·ν, (1 − p)·ν), ν the independent runs and one: as sure as a belief that so many runs formed. Quantiles are
 * dear and files many, so each is that of the nearest logit in steps of 1/32, widened to hold p. Without runs it is all there is.
 */
function rememberInterval(effectiveRuns: number): (probability: number) => readonly [number, number] {
  const known = new Map<number, readonly [number, number]>();
  const strength = effectiveRuns + 1;
  return (probability) => {
    if (effectiveRuns === 0) {
      return [0, 1];
    }
    const step = Math.round(logit(probability) * 32);
    const centre = logistic(step / 32);
    const interval = known.get(step) ?? [betaQuantile(0.025, centre * strength, (1 - centre) * strength), betaQuantile(0.975, centre * strength, (1 - centre) * strength)];
    known.set(step, interval);
    return interval[0] <= probability && probability <= interval[1] ? interval : [Math.min(probability, interval[0]), Math.max(probability, interval[1])];
  };
}

/** Wanting anything of a file is at least as likely as needing it. Few files differ, so most share what they state. */
function atLeast(looked: Posterior, probability: number, interval: readonly [number, number]): FileProbability['touched'] {
  return looked.probability >= probability && looked.interval[0] >= interval[0] && looked.interval[1] >= interval[1]
    ? looked
    : {
      probability: Math.max(looked.probability, probability),
      interval: [Math.max(looked.interval[0], interval[0]), Math.max(looked.interval[1], interval[1])],
    };
}

/** Sorted workloads of some runs. Files share few different lists, so each list is made once. */
function rememberWorkloads({runs}: RunTouches): (indices: Uint32Array) => readonly string[] {
  const names = [...new Set(runs.map(({workload}) => workload))].sort();
  const kindOf = runs.map(({workload}) => names.indexOf(workload));
  const known = new Map<string, readonly string[]>();
  const present = new Uint16Array(Math.ceil(names.length / 16)); // a bit a kind, so that few characters tell lists apart
  const isPresent = (kind: number): boolean => (((present[kind >> 4] ?? 0) >> (kind & 15)) & 1) === 1;
  return (indices) => {
    present.fill(0);
    for (const run of indices) {
      const kind = kindOf[run] ?? 0;
      present[kind >> 4] = (present[kind >> 4] ?? 0) | (1 << (kind & 15));
    }
    const key = String.fromCharCode(...present);
    const list = known.get(key) ?? names.filter((_, kind) => isPresent(kind));
    known.set(key, list);
    return list;
  };
}

/** From no run to all of them, evenly thinned, and the expected next step. */
function discoveryCurve(histogram: Uint32Array): DiscoveryPoint[] {
  const curve = rarefaction(histogram);
  const runs = histogram.length - 1;
  const stride = Math.ceil(curve.length / maxDiscoveryPoints);
  return curve.map((files, at) => ({runs: at, files})).filter(({runs: at}) => at % stride === 0 || at >= runs);
}
