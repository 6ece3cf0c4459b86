import type {Command} from 'commander';
import {ExitCode} from '../../model/exit-code.js';
import {WinnowError} from '../../model/winnow-error.js';
import {loadAssets} from '../../server/assets.js';
import {startServer, type ServerOptions, type WebServer} from '../../server/http-server.js';
import {openLibrary} from '../../server/library.js';
import {followLive} from '../../store/follow-live.js';
import type {RegisterCommand} from '../program.js';
import type {CommandContext} from '../context.js';

interface ServeFlags {
  readonly port?: string;
  readonly listen: string;
}

const defaultPort = 7342;

export const registerServe: RegisterCommand = (program, contextOf) => {
  program
    .command('serve')
    .description('show runs, live access, graphs and probabilities in a browser')
    .option('--port <n>', `port to listen on, 0 for any that is free (default: ${defaultPort}, or a free one where that is taken)`)
    .option('--listen <address>', 'address to listen on; the page has no password, so keep it to this machine', '127.0.0.1')
    .addHelpText('after', `
Runs until it is interrupted, which is its normal end (exit code 0).

Examples:
  winnow serve
  winnow serve --port 8080
  ssh -L 7342:127.0.0.1:7342 HOST winnow serve     look at another machine's store`)
    .action(async (flags: ServeFlags, command: Command) => serve(flags, contextOf(command)));
};

async function serve({port, listen}: ServeFlags, context: CommandContext): Promise<void> {
  const {storeDirectory, signal} = context;
  const options: ServerOptions = {
    listen,
    port: port === undefined ? defaultPort : parsePort(port),
    library: openLibrary(storeDirectory),
    assets: await loadAssets(),
    follow: (until) => followLive(storeDirectory, until),
  };
  const server = await (port === undefined ? startOnFreePort(options, context) : startServer(options));
  try {
    if (context.json) {
      context.printJson({url: server.url});
    } else {
      context.print(server.url);
    }
    context.note(`showing the store ${storeDirectory}; Ctrl-C ends it`);
    await aborted(signal);
  } finally {
    await server.close();
  }
}

/** A second store's page need not wait for a first one to end. */
async function startOnFreePort(options: ServerOptions, context: CommandContext): Promise<WebServer> {
  try {
    return await startServer(options);
  } catch (error) {
    if (error instanceof WinnowError && (error.cause as NodeJS.ErrnoException).code === 'EADDRINUSE') {
      context.note(`port ${options.port} is in use; taking a free one`);
      return startServer({...options, port: 0});
    }
    throw error;
  }
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) {
    throw new WinnowError(`"${text}" is not a port`, {exitCode: ExitCode.usage, hint: 'give a number from 0 to 65535'});
  }
  return port;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
    }
    signal.addEventListener('abort', () => resolve(), {once: true});
  });
}
