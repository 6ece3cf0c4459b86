import {type Command, InvalidArgumentError, Option} from 'commander';
import {collect} from './profile-options.js';
import type {TrainedImageOptions} from './trained-image.js';

/** Which runs speak for an image, and how loudly, as options say it. */
export interface EvidenceOptions {
  readonly from: readonly string[];
  readonly halfLife?: number;
}

/** @param conflicting options that need no evidence */
export function addEvidenceOptions(command: Command, conflicting: string[] = []): Command {
  return command
    .addOption(new Option('--from <image>', 'let runs of an earlier image count too: files that it has alike in full, changed ones for less (repeatable)').argParser(collect).default([]).conflicts(conflicting))
    .addOption(new Option('--half-life <runs>', 'let a run weigh half as much as one that many clean runs later (default: all runs weigh alike)').argParser(parseHalfLife).conflicts(conflicting));
}

export function evidenceOf({from, halfLife}: EvidenceOptions): TrainedImageOptions {
  return {from, ...(halfLife === undefined ? {} : {halfLifeRuns: halfLife})};
}

function parseHalfLife(text: string): number {
  const runs = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (runs <= 0) {
    throw new InvalidArgumentError('it takes a number of runs above 0');
  }
  return runs;
}
