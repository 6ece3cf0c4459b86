import test from 'ava';
import {Command} from 'commander';
import {makeContextOf} from '../../src/cli/context.js';
import {ProfileProgress} from '../../src/cli/profile-progress.js';
import {ImageTree} from '../../src/image/tree.js';
import type {LiveEvent} from '../../src/model/live.js';
import {LiveTrainer} from '../../src/train/live-trainer.js';
import {makeIndex, makeTouches} from '../train/make.js';

const index = makeIndex({'/srv/a': {}});
const trainer = new LiveTrainer(index, new ImageTree(index), makeTouches([{touches: ['/srv/a']}]));
const working = {kind: 'progress', runId: 'a', phase: 'working', files: 1, newFiles: 0, lostRecords: 0} as const;

/** What a terminal shows last, for some events of the run of this number. */
function shown(isTerminal: boolean, act: (progress: ProfileProgress) => void): string {
  let text = '';
  const contextOf = makeContextOf(
    {env: {}, cwd: '/', writeOut: () => undefined, writeError: (piece) => (text += piece), errorIsTerminal: isTerminal, outIsTerminal: false, signal: new AbortController().signal},
    () => undefined,
  );
  act(new ProfileProgress(contextOf(new Command()), 200));
  // eslint-disable-next-line no-control-regex -- the line is rewritten in place
  return text.split('\r').at(-1)?.replace(/\u001B\[K$/, '') ?? '';
}

const line = (event: LiveEvent, auto: Parameters<ProfileProgress['show']>[1]['auto'] = null): string => shown(true, (progress) => progress.show(event, {number: 100, trainer, auto}));

test('the line shows how far the runs are and what they found', (t) => {
  t.is(line(working), '[========        ] run 100 of 200, working: 1 files, 0 new');
});

test('with runs until there are enough, it shows what may be unseen', (t) => {
  const auto = {runs: 90, risk: {estimate: 0.05, upper95: 0.121}, untilRisk: 0.05, maxRuns: 200, isReached: false};
  t.is(line(working, auto), '[========        ] run 100 of at most 200, working: 1 files, 0 new; unseen: up to 13 % of runs, until 5 %');
});

test('in a run until nothing new is found, it shows the silence', (t) => {
  const dryingUp = {finds: 3, foundWithinMs: 400, silentMs: 3900, neededMs: 16_100};
  t.is(line({...working, dryingUp}), '[========        ] run 100 of 200, working: 1 files, 0 new; nothing new for 3 of 17 s');
});

test('where there is no terminal, nothing is shown', (t) => {
  t.is(shown(false, (progress) => progress.show(working, {number: 1, trainer, auto: null})), '');
});
