import {ImageTree} from '../image/tree.js';
import type {ImageIndex} from '../model/image-index.js';
import type {DiscoveryPoint, FileProbability, Profile} from '../model/profile.js';
import {fitBetaBinomial, type BetaPrior} from '../stats/beta-binomial.js';
import {incidenceHistogram, selectRuns} from '../stats/incidence.js';
import {posterior, type Posterior} from '../stats/posterior.js';
import {rarefaction} from '../stats/rarefaction.js';
import type {RunTouches} from '../store/aggregate.js';
import {holdsContent} from './content.js';
import {cleanIndex, gatherEvidence} from './evidence.js';
import {neededRuns} from './needed-runs.js';

const nobody = new Uint32Array();

/** More points than a chart of the curve can show. */
const maxDiscoveryPoints = 200;

/**
 * Learns from the runs of one image how likely each of its files is to be needed by the next run. A file's probability
 * is its share of clean runs, drawn towards all files' by a beta-binomial prior. A flawed run adds its sightings and no
 * trial: what it did not show, it may have lost.
 */
export function trainProfile(touches: RunTouches, index: ImageIndex, tree = new ImageTree(index)): Profile {
  const {incidence, opened, impliedBy} = neededRuns(touches, index, tree);
  const clean = selectRuns(incidence, cleanIndex(touches.runs));
  const cleanOpened = selectRuns(opened, cleanIndex(touches.runs));
  const content = index.files.flatMap((file, at) => (holdsContent(file) ? [clean[at] ?? nobody] : []));
  const evidence = gatherEvidence(touches.runs, content);
  const histogram = incidenceHistogram(content, evidence.runs);
  const openedContent = index.files.flatMap((file, at) => (holdsContent(file) ? [cleanOpened[at] ?? nobody] : []));
  const believeTouched = rememberPosterior(fitBetaBinomial(histogram), touches.runs.length);
  const believeOpened = rememberPosterior(fitBetaBinomial(incidenceHistogram(openedContent, evidence.runs)), touches.runs.length);
  const workloadsOf = rememberWorkloads(touches);
  const files = index.files.map(({path, layer, type, bytes, package: packageName}, at): FileProbability => {
    const runs = incidence[at] ?? nobody;
    const observedRuns = clean[at]?.length ?? 0;
    const openedRuns = cleanOpened[at]?.length ?? 0;
    const touched = believeTouched(runs.length, evidence.runs - observedRuns);
    return {
      path, layer, type, bytes, package: packageName,
      ...(holdsContent({type, bytes}) ? believeOpened(opened[at]?.length ?? 0, evidence.runs - openedRuns) : touched),
      touched,
      observedRuns,
      openedRuns,
      observedFlawedRuns: runs.length - observedRuns,
      observedWorkloads: workloadsOf(runs),
      impliedBy: impliedBy[at] ?? null,
    };
  });
  return {schema: 'winnow.profile/1', image: index.image, evidence, files, discovery: discoveryCurve(histogram)};
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

/** Sorted workloads of some runs. Files share few different lists, so each list is made once. */
function rememberWorkloads({runs}: RunTouches): (indices: Uint32Array) => readonly string[] {
  const names = [...new Set(runs.map(({workload}) => workload))].sort();
  const kindOf = runs.map(({workload}) => names.indexOf(workload));
  const known = new Map<string, readonly string[]>();
  return (indices) => {
    const present = new Uint8Array(names.length);
    for (const run of indices) {
      present[kindOf[run] ?? 0] = 1;
    }
    const key = present.join('');
    const list = known.get(key) ?? names.filter((_, kind) => present[kind] === 1);
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
