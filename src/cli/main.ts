#!/usr/bin/env -S node --max-semi-space-size=1
import process from 'node:process';
import {setFlagsFromString} from 'node:v8';
import {ExitCode} from '../model/exit-code.js';
import {realEffects} from './context.js';
import {runCli} from './program.js';

// V8 lets garbage grow to several times what is alive, and a capture makes little that lives: memory belongs to what is profiled.
// The young generation's size above stands on the command line, since V8 takes it at the start only: buffers of a stream go with the next
// collection of the young, and the larger it is the rarer those are, until V8 collects everything for want of memory outside its heap.
setFlagsFromString('--heap-growing-percent=50');

const controller = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    // The first asks every wait to end and lets the session clean up; a third one means it.
    interrupts += 1;
    controller.abort(new Error(`interrupted by ${name}`));
    if (interrupts >= 3) {
      process.exit(ExitCode.interrupted);
    }
  });
}
let interrupts = 0;

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? ExitCode.done : ExitCode.failed);
});

process.exitCode = await runCli(process.argv.slice(2), realEffects(controller.signal));
