import {PassThrough} from 'node:stream';
import type Docker from 'dockerode';

export interface ExecResult {
  readonly exitCode: number;
  /** Last lines of what it printed. */
  readonly output: string;
}

const outputKept = 16_384;

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
  const {ExitCode} = await exec.inspect();
  return {exitCode: ExitCode ?? 255, output: output.trim()};
}
