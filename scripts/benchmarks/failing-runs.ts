/** Bounds the share of failing runs on random halves of the recorded runs, and counts those that fail in the other halves. */
import {ImageTree} from '../../src/image/tree.js';
import {planDebloat} from '../../src/plan/plan-debloat.js';
import {runLevels} from '../../src/plan/run-levels.js';
import {trainProfile} from '../../src/train/train-profile.js';
import {withoutRuns} from '../../src/train/without-runs.js';
import {randomHalves} from '../estimates/folds.js';
import {loadTracedImages, type TracedImage} from '../estimates/traced-image.js';

const bounds = [0.05, 0.1, 0.2];
const draws = 8;

export interface FailingResult {
  readonly image: string;
  /** For each of `bounds`, means over halves: the share of the other runs that want a removed file, and the share of bytes kept. */
  readonly failing: readonly number[];
  readonly kept: readonly number[];
}

type Judged = readonly {readonly failing: number; readonly kept: number}[];

export async function benchFailingRuns(): Promise<{result: FailingResult[]; table: string[]}> {
  const result = (await loadTracedImages()).map((image): FailingResult => {
    const halves = randomHalves(image, draws, 1).map(({test}) => judgeHalf(image, test));
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    return {
      image: image.name,
      failing: bounds.map((_, at) => mean(halves.map((half) => half[at]?.failing ?? Number.NaN))),
      kept: bounds.map((_, at) => mean(halves.map((half) => half[at]?.kept ?? Number.NaN))),
    };
  });
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  const table = [
    `| runs that want a removed file · bytes kept | ${bounds.map((bound) => `bound ${percent(bound)}`).join(' | ')} |`,
    `|---|${bounds.map(() => '---|').join('')}`,
    ...result.map(({image, failing, kept}) => `| ${image} | ${bounds.map((_, at) => `${percent(failing[at] ?? 0)} · ${percent(kept[at] ?? 0)}`).join(' | ')} |`),
  ];
  return {result, table};
}

/** Trains on all runs but those of `test`. */
function judgeHalf({index, touches, touched, structure}: TracedImage, test: readonly number[]): Judged {
  const tree = new ImageTree(index);
  const trained = withoutRuns(touches, new Set(test));
  const profile = trainProfile(trained, index, tree);
  const policy = {maxRisk: 1, keep: [], remove: []};
  const levels = runLevels(trained, index, tree, policy);
  return bounds.map((maxRisk) => {
    const {files, totals} = planDebloat(profile, index, {...policy, maxRisk}, levels);
    const failed = new Set(touched.flatMap((runs, content) => (files[structure.files[content] ?? -1]?.decision === 'remove' ? [...runs] : [])));
    return {failing: test.filter((run) => failed.has(run)).length / test.length, kept: 1 - totals.removedBytes / totals.bytes};
  });
}
