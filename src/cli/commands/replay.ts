import {type Command, InvalidArgumentError} from 'commander';
import {replayRun} from '../../capture/replay.js';
import {openEngine} from '../../image/engine.js';
import {loadImageIndex, readCachedIndex} from '../../image/index-cache.js';
import {ImageTree} from '../../image/tree.js';
import {ExitCode} from '../../model/exit-code.js';
import type {ImageIndex} from '../../model/image-index.js';
import type {LiveEvent} from '../../model/live.js';
import type {RunMetadata} from '../../model/run.js';
import {WinnowError} from '../../model/winnow-error.js';
import {aggregateRuns} from '../../store/aggregate.js';
import {runFilePath} from '../../store/layout.js';
import {type LiveFeed, openLiveFeed} from '../../store/live.js';
import {encodeLiveEvent} from '../../store/live-codec.js';
import {readRun} from '../../store/run-file.js';
import {findRun, listRuns, newRunId} from '../../store/store.js';
import {LiveTrainer} from '../../train/live-trainer.js';
import type {CommandContext} from '../context.js';
import {ProfileProgress} from '../profile-progress.js';
import type {RegisterCommand} from '../program.js';

export const registerReplay: RegisterCommand = (program, contextOf) => {
  program
    .command('replay')
    .description('show a stored run again, live, as it was when it was captured')
    .argument('<run>', 'id of a run, or the start of it')
    .option('--speed <n>', 'times the recorded pace, or max for no waiting', parseSpeed, 1)
    .addHelpText('after', `
The events go the way of a run in progress: to the trainer, to the live feed of the store and so to the page of winnow serve.
Nothing is stored, and a replay is no evidence. With --json the events are printed as the lines of a live feed (docs/formats.md).

Example:
  winnow replay 20261124T065500Z --speed 10`)
    .action(async (id: string, {speed}: {speed: number}, command: Command) => replay(id, speed, contextOf(command)));
};

async function replay(id: string, speed: number, context: CommandContext): Promise<void> {
  const {storeDirectory, signal} = context;
  const run = await readRun(runFilePath(storeDirectory, (await findRun(storeDirectory, id)).runId));
  const {metadata} = run;
  const index = await indexOf(metadata, context);
  const runs = await listRuns(storeDirectory, {image: metadata.imageId});
  const earlier = await aggregateRuns(storeDirectory, runs.filter(({startedNs}) => startedNs < metadata.startedNs));
  const trainer = new LiveTrainer(index, new ImageTree(index), earlier);
  const progress = new ProfileProgress(context, 1);
  const events = replayRun(run, {replayId: newRunId(), speed, known: new Set(earlier.paths)}, {signal});
  let newFiles = 0;
  try {
    for await (const event of intoFeed(events, storeDirectory)) {
      if (event.kind === 'rows') {
        trainer.observe(event.rows);
        newFiles = trainer.summary.newFiles;
      } else if (event.kind === 'ended') {
        trainer.endRun(event.metadata);
      }
      progress.show(event, {number: 1, trainer, auto: null});
      if (context.json) {
        context.writeOut(encodeLiveEvent(event));
      }
    }
  } catch (error) {
    if (!signal.aborted) {
      throw error;
    }
    context.exitWith(ExitCode.interrupted);
  } finally {
    progress.close();
  }
  if (!context.json && !signal.aborted) {
    context.print(`${metadata.runId}  ${metadata.workload}  ${run.rows.length} first sights, ${newFiles} files that no run before it needed; replayed, nothing stored`);
  }
}

/** Hands each event on once it stands in a live feed of its own, which is gone at the end. */
async function* intoFeed(events: AsyncIterable<LiveEvent>, storeDirectory: string): AsyncGenerator<LiveEvent, void> {
  let feed: LiveFeed | undefined;
  try {
    for await (const event of events) {
      if (event.kind === 'started') {
        feed = await openLiveFeed(storeDirectory, event);
      } else {
        feed?.append(event);
      }
      yield event;
    }
  } finally {
    await feed?.close();
  }
}

async function indexOf({runId, imageId}: RunMetadata, {storeDirectory, env}: CommandContext): Promise<ImageIndex> {
  if (imageId === '') {
    throw new WinnowError(`run ${runId} names no image, so the trainer cannot follow it`, {hint: 'import it with --image'});
  }
  return (await readCachedIndex(storeDirectory, imageId)) ?? loadImageIndex(await openEngine(env), imageId, storeDirectory);
}

function parseSpeed(text: string): number {
  const speed = text === 'max' ? Number.POSITIVE_INFINITY : /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (speed === 0) {
    throw new InvalidArgumentError('it takes a number above 0 such as 10 or 0.5, or max');
  }
  return speed;
}
