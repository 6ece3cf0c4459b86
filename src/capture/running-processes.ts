import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {ExitCode} from '../model/exit-code.js';
import {WinnowError} from '../model/winnow-error.js';
import {identityOf, isDead} from '../store/process-identity.js';
import type {RunningTarget} from './attached-run.js';
import {containerIdIn, unifiedDirectory} from './cgroup-path.js';
import {mountedFor} from './mounted-paths.js';

const pollMs = 100;
const runsAlready = {isNew: false, exitCode: () => Promise.resolve(null)} as const;

/** A process and what descends from it; ends when it does. @throws WinnowError where there is none of this id */
export async function processTarget(pid: number): Promise<RunningTarget> {
  const cgroups = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => {
    throw new WinnowError(`there is no process ${pid} on this host`, {exitCode: ExitCode.usage, hint: 'docker top CONTAINER has the ids as this host counts them'});
  });
  const identity = await identityOf(pid);
  return {
    name: `process ${pid}`,
    probe: {by: 'pid', pid},
    containerId: containerIdIn(cgroups),
    ...runsAlready,
    mounts: await mountedFor(pid),
    ended: async (signal) => {
      while (!(await isDead(identity))) {
        await sleep(pollMs, undefined, {signal});
      }
      return null;
    },
  };
}

/** All processes of a cgroup and of those below it; ends when none is left. @throws WinnowError where there is no such cgroup */
export async function cgroupTarget(cgroup: string): Promise<RunningTarget> {
  const directory = unifiedDirectory(cgroup);
  const pids = (await readFile(path.join(directory, 'cgroup.procs'), 'utf8')).split('\n');
  return {
    name: `cgroup ${cgroup}`,
    probe: {by: 'cgroup', directory},
    containerId: containerIdIn(directory),
    ...runsAlready,
    mounts: await mountedFor(Number(pids[0])),
    ended: async (signal) => {
      while (await isPopulated(directory)) {
        await sleep(pollMs, undefined, {signal});
      }
      return null;
    },
  };
}

/** The root has no such file, and no end. */
async function isPopulated(directory: string): Promise<boolean> {
  const events = await readFile(path.join(directory, 'cgroup.events'), 'utf8').catch((error: NodeJS.ErrnoException) => error);
  return typeof events === 'string' ? events.includes('populated 1') : events.code === 'ENOENT' && (await hasProcesses(directory));
}

const hasProcesses = async (directory: string): Promise<boolean> => (await readFile(path.join(directory, 'cgroup.procs'), 'utf8').catch(() => '')) !== '';
