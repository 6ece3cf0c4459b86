import {type Command, Option} from 'commander';
import {measureCost} from '../capture/measure-cost.js';
import {openEngine} from '../image/engine.js';
import {type CostModel, defaultCost} from '../model/cost-model.js';
import {defaultPolicy, type Policy} from '../model/debloat-config.js';
import {parseProbability, parseSize} from '../model/units.js';
import {defaultGenerations} from '../plan/generations/generations.js';
import {replayHistory} from '../plan/generations/replay-history.js';
import {runLevels} from '../plan/run-levels.js';
import {readCostFile} from './config/cost-file.js';
import type {CommandContext} from './context.js';
import type {TrainedImage} from './trained-image.js';

/** What a plan is to keep to, as options say it. */
export interface PolicyOptions {
  readonly maxRisk?: number;
  readonly budget?: number;
  readonly cost?: string;
  readonly measure?: true;
  readonly keep: readonly string[];
  readonly remove: readonly string[];
  readonly together: readonly string[];
  readonly generations?: true;
}

export function addPolicyOptions(command: Command): Command {
  return command
    .option('--max-risk <p>', `keep as much as bounds the share of runs that miss a file; exit code 3 where that fails (default: only warn above ${defaultPolicy.maxRisk})`, parseProbability)
    .option('--budget <size>', 'keep no more bytes than this, those that are worth most', parseSize)
    .addOption(new Option('--cost <file>', 'keep what is cheaper to keep, at the prices in a file').conflicts('measure'))
    .option('--measure', 'keep what is cheaper to keep, at prices measured with this engine')
    .option('--keep <glob>', 'keep what matches, whatever the runs say (repeatable)', collect, [])
    .option('--remove <glob>', 'remove what matches, unless --keep names it (repeatable)', collect, [])
    .option('--together <set>', 'keep a known set of files whole or not at all: certificates, timezones, python, … (repeatable)', collect, [])
    .addOption(new Option('--generations', 'remove what recent runs no longer need, by its price').conflicts('maxRisk'));
}

export async function policyOf({maxRisk = defaultPolicy.maxRisk, budget, cost, measure, keep, remove, together, generations}: PolicyOptions, {index}: TrainedImage, context: CommandContext): Promise<Policy> {
  const prices = async (): Promise<CostModel | null> => {
    if (measure === true) {
      return measureCost(await openEngine(context.env), index, context.signal);
    }
    return cost === undefined ? null : readCostFile(cost, context.cwd);
  };
  return {maxRisk, keep, remove, together, budget: budget ?? null, cost: await prices(), generations: generations === true ? defaultGenerations : null};
}

/** Null where the policy counts all runs alike. */
export function historyFor({index, tree, touches}: TrainedImage, {generations = null, cost}: Policy): ReturnType<typeof replayHistory> | null {
  return generations === null ? null : replayHistory(touches, index, tree, cost ?? defaultCost, generations);
}

/** Runs are left out only where something hangs on it: it takes a training for each. */
export function levelsFor({index, tree, touches, train}: TrainedImage, policy: Policy, {maxRisk}: PolicyOptions): number[] | null {
  return maxRisk === undefined ? null : runLevels(touches, index, tree, policy, train);
}

function collect(value: string, earlier: readonly string[]): string[] {
  return [...earlier, value];
}
