import {createHash} from 'node:crypto';
import {readdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import type {RunDuration} from '../capture/duration.js';
import {readinessText} from '../capture/readiness.js';
import type {Service} from '../capture/services.js';
import type {RunPlan} from '../capture/session.js';
import type {Step} from '../capture/workload.js';
import {isMissing, isThere, writeAtomically} from '../store/atomic-file.js';
import {readConfig, type ConfigFile, type ConfigStep, type ConfigWorkload} from './config/config-file.js';
import {configWorkloads, type WorkloadSettings} from './config/config-workloads.js';

type PlannedWorkload = Pick<RunPlan, 'workload' | 'command' | 'dockerArgs' | 'ready' | 'duration' | 'steps' | 'services'>;

/**
 * Keeps how a run was made, so that it can be made again on another image: a winnow.yaml of one workload, in JSON. Apart from the
 * run's file and for its owner only, since options such as --env may carry secrets and run files are passed on.
 */
export async function keepWorkload(storeDirectory: string, imageId: string, plan: PlannedWorkload): Promise<void> {
  const text = `${JSON.stringify({workloads: [documentOf(plan)]} satisfies ConfigFile, null, 2)}\n`;
  const file = path.join(directoryOf(storeDirectory, imageId), `${createHash('sha256').update(text).digest('hex').slice(0, 32)}.json`);
  if (!(await isThere(file))) {
    await writeAtomically(file, (temporaryFile) => writeFile(temporaryFile, text, {mode: 0o600}));
  }
}

/** Each different workload that complete runs of an image were made with, by name. @throws WinnowError for a file that is none */
export async function readKeptWorkloads(storeDirectory: string, imageId: string): Promise<WorkloadSettings[]> {
  const directory = directoryOf(storeDirectory, imageId);
  const names = await readdir(directory).catch((error: unknown) => {
    if (isMissing(error)) {
      return [];
    }
    throw error;
  });
  const found: WorkloadSettings[] = [];
  for (const name of names.filter((candidate) => /^[0-9a-f]+\.json$/.test(candidate)).sort()) {
    found.push(...configWorkloads(await readConfig(path.join(directory, name), directory)));
  }
  return found.sort((a, b) => (a.workload < b.workload ? -1 : a.workload > b.workload ? 1 : 0));
}

const directoryOf = (storeDirectory: string, imageId: string): string => path.join(storeDirectory, 'workloads', imageId.replace(/^sha256:/, ''));

function documentOf({workload, duration, steps, services, ...container}: PlannedWorkload): ConfigWorkload {
  const time = durationText(duration);
  return {
    name: workload,
    ...containerOf(container),
    ...(time === null ? {} : {duration: time}),
    ...(steps.length === 0 ? {} : {steps: steps.map(stepOf)}),
    ...(services.length === 0 ? {} : {services: Object.fromEntries(services.map((service) => [service.name, {image: service.image, ...containerOf(service), ...(service.capture ? {capture: true} : {})}]))}),
  };
}

function containerOf({command, dockerArgs, ready}: Pick<Service, 'command' | 'dockerArgs' | 'ready'>): Pick<ConfigWorkload, 'command' | 'docker' | 'ready'> {
  const readiness = readinessText(ready);
  return {
    ...(command.length === 0 ? {} : {command}),
    ...(dockerArgs.length === 0 ? {} : {docker: joinValues(dockerArgs)}),
    ...(readiness === null ? {} : {ready: readiness}),
  };
}

/** `--env` and `A=1` as one piece, since a config has an option and its value in one. */
function joinValues(dockerArgs: readonly string[]): string[] {
  const joined: string[] = [];
  for (const piece of dockerArgs) {
    const option = joined.at(-1);
    if (piece.startsWith('-') || option === undefined) {
      joined.push(piece);
    } else {
      joined[joined.length - 1] = `${option}=${piece}`;
    }
  }
  return joined;
}

function stepOf(step: Step): ConfigStep {
  switch (step.kind) {
    case 'exec':
      return {exec: step.command};
    case 'test':
      return {test: step.command};
    case 'http':
      return {http: step.url};
  }
}

function durationText(duration: RunDuration): string | null {
  switch (duration.until) {
    case 'done':
      return null;
    case 'time':
      return `${duration.ms}ms`;
    case 'dry':
      return 'auto';
  }
}
