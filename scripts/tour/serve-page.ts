import {spawn} from 'node:child_process';
import {open, readFile, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {setTimeout as wait} from 'node:timers/promises';
import {programArguments, programFile} from './program.js';

interface Served {
  readonly pid: number;
  readonly url: string;
}

const startMs = 15_000;

/**
 * Address of the page of `store`, served by a process that outlives this one. One that an earlier call started is used
 * again, unless the program was built anew since.
 */
export async function servePage(store: string): Promise<string> {
  const noteFile = path.join(store, 'served.json');
  const earlier = await readNote(noteFile);
  if (earlier !== null && (await answers(earlier.url))) {
    if ((await stat(noteFile)).mtimeMs > (await stat(programFile)).mtimeMs) {
      return earlier.url;
    }
    process.kill(earlier.pid, 'SIGTERM');
  }
  const served = await start(store);
  await writeFile(noteFile, `${JSON.stringify(served)}\n`);
  return served.url;
}

async function readNote(file: string): Promise<Served | null> {
  try {
    const {pid, url} = JSON.parse(await readFile(file, 'utf8')) as Served;
    // The number may have been given to another process since.
    const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8');
    return commandLine.includes('\0serve\0') ? {pid, url} : null;
  } catch {
    return null;
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, {signal: AbortSignal.timeout(2000)})).ok;
  } catch {
    return false;
  }
}

async function start(store: string): Promise<Served> {
  const logFile = path.join(store, 'served.log');
  const log = await open(logFile, 'w');
  const server = spawn(process.execPath, programArguments(store, ['serve', '--json']), {
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  server.unref();
  await log.close();
  for (const deadline = Date.now() + startMs; Date.now() < deadline; await wait(50)) {
    const text = await readFile(logFile, 'utf8');
    const url = /"url":\s*"([^"]+)"/.exec(text)?.[1];
    if (url !== undefined && server.pid !== undefined) {
      return {pid: server.pid, url};
    }
    if (server.exitCode !== null) {
      throw new Error(`the page's server ended: ${text.trim()}`);
    }
  }
  server.kill();
  throw new Error(`the page's server did not start; its log is ${logFile}`);
}
