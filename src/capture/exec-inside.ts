import {PassThrough} from 'node:stream';
import {setTimeout as sleep} from 'node:timers/promises';
import type Docker from 'dockerode';

export interface ExecResult {
  readonly exitCode: number;
  /** Last lines of what it printed. */
  readonly output: string;
}

const outputKept = 16_384;
const pollMs = 50;

/** Runs a program inside a container and waits for its end. */
export async function execInside(docker: Docker, containerId: string, argv: readonly string[]): Promise<ExecResult> {
  const exec = await docker.getContainer(containerId).exec({Cmd: [...argv], AttachStdout: true, AttachStderr: true});
  const stream = await exec.start({hijack: true, stdin: false});
  let output = '';
  const sink = new PassThrough();
  sink.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-outputKept)));
  docker.modem.demuxStream(stream, sink, sink);
  await new Promise((resolve, reject) => {
    stream.once('end', resolve).once('close', resolve).once('error', reject);
  });
  return {exitCode: await exitCodeOf(exec), output: output.trim()};
}

/** The end of the output may come before the program's end: it may close it and go on, or the engine tell one before the other. */
async function exitCodeOf(exec: Docker.Exec): Promise<number> {
  for (;;) {
    const {Running, ExitCode} = await exec.inspect();
    if (!Running) {
      return ExitCode ?? 255;
    }
    await sleep(pollMs, undefined, {ref: false});
  }
}
