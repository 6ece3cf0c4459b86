import {createWriteStream} from 'node:fs';
import path from 'node:path';
import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {type Command, Option} from 'commander';
import {importCreport} from '../../capture/import-creport.js';
import {importStrace} from '../../capture/import-strace.js';
import {findImage, openEngine} from '../../image/engine.js';
import {ExitCode} from '../../model/exit-code.js';
import type {Run} from '../../model/run.js';
import {WinnowError} from '../../model/winnow-error.js';
import {exportRun, type TextFormat} from '../../store/export-run.js';
import {type ImportOptions, importTable} from '../../store/import-table.js';
import {runFilePath} from '../../store/layout.js';
import {recoverOrphans} from '../../store/recover.js';
import {readRun, refuseKnown, writeRun, writeRunFile} from '../../store/run-file.js';
import {deleteRun, findRun, listRuns, newRunId, type RunFilter} from '../../store/store.js';
import {detectFormat, type TableFormat} from '../../store/table-source.js';
import type {CommandContext, ContextOf} from '../context.js';
import {printDiff, runSide} from '../print-diff.js';
import type {RegisterCommand} from '../program.js';
import {countOperations, listLines, showLines} from '../run-tables.js';
import {findIndex} from '../trained-image.js';

export const registerRuns: RegisterCommand = (program, contextOf) => {
  const runs = program.command('runs').description('list, show, compare, delete, import and export runs');
  runs.addHelpText('after', '\nA run is named by its id or the start of it.\n\nExample:\n  winnow runs list --workload smoke');
  registerList(runs, contextOf);
  registerShow(runs, contextOf);
  registerDiff(runs, contextOf);
  registerDelete(runs, contextOf);
  registerImport(runs, contextOf);
  registerExport(runs, contextOf);
};

function registerList(runs: Command, contextOf: ContextOf): void {
  runs
    .command('list')
    .description('list the runs of the store, oldest first')
    .option('--image <name>', 'only runs of the image of this name or id')
    .option('--workload <name>', 'only runs of this workload')
    .addHelpText('after', '\nExample:\n  winnow runs list --image shop:1.4')
    .action(async (filter: RunFilter, command: Command) => {
      const context = contextOf(command);
      for (const {runId} of await recoverOrphans(context.storeDirectory)) {
        context.note(`run ${runId} was cut off when its controller died; what it had seen is kept`);
      }
      const found = await listRuns(context.storeDirectory, filter, ({message, hint}) => context.note(hint === undefined ? message : `${message}; ${hint}`));
      if (context.json) {
        context.printJson(found);
      } else if (found.length === 0) {
        context.note(`no such runs in ${context.storeDirectory}`);
      } else {
        listLines(found).forEach(context.print);
      }
    });
}

function registerShow(runs: Command, contextOf: ContextOf): void {
  runs
    .command('show')
    .description('show one run and what it did by operation')
    .argument('<run>')
    .addHelpText('after', '\nExample:\n  winnow runs show 20261124T065500Z')
    .action(async (id: string, _: object, command: Command) => {
      const context = contextOf(command);
      const run = await load(context, id);
      const counts = countOperations(run);
      if (context.json) {
        context.printJson({...run.metadata, operations: counts});
      } else {
        showLines(run, counts).forEach(context.print);
      }
    });
}

function registerDiff(runs: Command, contextOf: ContextOf): void {
  runs
    .command('diff')
    .description('compare two runs: "-" paths of the first only, "+" of the second only, "~" with another result')
    .argument('<run-a>')
    .argument('<run-b>')
    .addHelpText('after', '\nExample:\n  winnow runs diff 20261124T065500Z 20261124T070100Z')
    .action(async (a: string, b: string, _: object, command: Command) => {
      const context = contextOf(command);
      printDiff(runSide(await load(context, a)), runSide(await load(context, b)), context);
    });
}

function registerDelete(runs: Command, contextOf: ContextOf): void {
  runs
    .command('delete')
    .description('delete runs, readable or not')
    .argument('<run...>')
    .addHelpText('after', '\nExample:\n  winnow runs delete 20261124T065500Z-3f9a1c07')
    .action(async (ids: string[], _: object, command: Command) => {
      const context = contextOf(command);
      const deleted: string[] = [];
      for (const id of ids) {
        deleted.push(await deleteRun(context.storeDirectory, id));
        context.note(`deleted ${deleted.at(-1) ?? ''}`);
      }
      if (context.json) {
        context.printJson({deleted});
      }
    });
}

interface ImportFlags {
  readonly format?: TableFormat | 'strace' | 'creport';
  readonly image?: string;
  readonly workload?: string;
  readonly cwd?: string;
}

function registerImport(runs: Command, contextOf: ContextOf): void {
  runs
    .command('import')
    .description('add the runs of a file to the store')
    .argument('<file>', 'table with the columns run_id, workload, path, op, and any others of a run; or a log of strace -f, or a creport.json of slim')
    .addOption(new Option('--format <format>', 'what the file is, where its first bytes do not tell').choices(['csv', 'parquet', 'strace', 'creport']))
    .option('--image <name>', 'image the runs are of, rather than what the file says')
    .option('--workload <name>', 'workload the runs are of, rather than what the file says')
    .option('--cwd <dir>', 'directory that the first process of an strace log started in')
    .addHelpText('after', `
Examples:
  winnow runs import accesses.csv --image shop:1.4
  winnow runs import strace.log --format strace --image shop:1.4 --workload smoke --cwd /srv/shop
  winnow runs import creport.json --format creport --image shop:1.4 --workload probe`)
    .action(async (file: string, flags: ImportFlags, command: Command) => {
      const context = contextOf(command);
      const imported = await readImport(path.resolve(context.cwd, file), flags, context);
      for (const {metadata} of imported) {
        await refuseKnown(context.storeDirectory, metadata.runId);
      }
      for (const run of imported) {
        await writeRun(context.storeDirectory, run);
        context.note(`imported ${run.metadata.runId}: ${run.rows.length} rows of workload ${run.metadata.workload}`);
      }
      if (context.json) {
        context.printJson(imported.map(({metadata}) => metadata));
      }
    });
}

async function readImport(file: string, {format: givenFormat, image, workload, cwd}: ImportFlags, context: CommandContext): Promise<Run[]> {
  const format = givenFormat ?? (await detectFormat(file));
  if (format === 'strace' || format === 'creport') {
    const index = image === undefined ? null : await findIndex(image, await listRuns(context.storeDirectory), context);
    const plan = {runId: newRunId(), workload: workload ?? 'default', index};
    return [await (format === 'strace' ? importStrace(file, {...plan, initialCwd: cwd ?? null}) : importCreport(file, plan))];
  }
  const said: ImportOptions = {
    ...(image === undefined ? {} : await findSaidImage(image, context)),
    ...(workload === undefined ? {} : {workload}),
  };
  return importTable(file, {...said, format});
}

/** Training selects runs by the image's id, which only an engine that has the image can tell. */
async function findSaidImage(name: string, context: CommandContext): Promise<Pick<ImportOptions, 'imageId' | 'imageName'>> {
  if (name.startsWith('sha256:')) {
    return {imageId: name};
  }
  try {
    const {id} = await findImage(await openEngine(context.env), name);
    return {imageId: id, imageName: name};
  } catch (error) {
    if (!(error instanceof WinnowError)) {
      throw error;
    }
    context.note(`the runs carry the name ${name} but no image id, and will not train: ${error.message}`);
    return {imageName: name};
  }
}

interface ExportFlags {
  readonly format?: TextFormat | 'parquet';
  readonly output?: string;
}

function registerExport(runs: Command, contextOf: ContextOf): void {
  runs
    .command('export')
    .description('write one run as CSV, JSON or Parquet')
    .argument('<run>')
    .addOption(new Option('--format <format>', 'csv unless --json is given').choices(['csv', 'json', 'parquet']))
    .option('--output <file>', 'file to write rather than standard output; Parquet needs one')
    .addHelpText('after', '\nExample:\n  winnow runs export 20261124T065500Z --format parquet --output run.parquet')
    .action(async (id: string, {format, output}: ExportFlags, command: Command) => {
      const context = contextOf(command);
      const chosen = format ?? (context.json ? 'json' : 'csv');
      await writeExport(await load(context, id), chosen, output === undefined ? null : path.resolve(context.cwd, output), context);
    });
}

async function writeExport(run: Run, format: TextFormat | 'parquet', file: string | null, context: CommandContext): Promise<void> {
  if (format === 'parquet') {
    if (file === null) {
      throw new WinnowError('Parquet is not text', {hint: 'give --output FILE', exitCode: ExitCode.usage});
    }
    await writeRunFile(file, run);
  } else if (file === null) {
    for (const piece of exportRun(run, format)) {
      context.writeOut(piece);
    }
  } else {
    await writeText(file, exportRun(run, format));
  }
}

async function writeText(file: string, pieces: Iterable<string>): Promise<void> {
  try {
    await pipeline(Readable.from(pieces), createWriteStream(file));
  } catch (cause) {
    throw new WinnowError(`cannot write ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, {cause});
  }
}

async function load(context: CommandContext, idOrPrefix: string): Promise<Run> {
  const {runId} = await findRun(context.storeDirectory, idOrPrefix);
  return readRun(runFilePath(context.storeDirectory, runId));
}
