import type {Command} from 'commander';
import {restoreImage} from '../../debloat/restore-image.js';
import {parseLocation} from '../../image/transport/image-location.js';
import type {WrittenImage} from '../../image/transport/new-image.js';
import {openTarget, type TransportOptions} from '../../image/transport/open-image.js';
import {formatBytes} from '../../model/units.js';
import {plural} from '../../model/plural.js';
import type {CommandContext} from '../context.js';
import type {RegisterCommand} from '../program.js';
import {openBoth} from '../remainder-of.js';

interface RestoreOptions {
  readonly tag: string;
  readonly remainder?: string;
}

export const registerRestore: RegisterCommand = (program, contextOf) => {
  program
    .command('restore')
    .description('make the original image of a debloated one and its remainder, with the same id and layers')
    .argument('<image>', 'the debloated image')
    .requiredOption('--tag <image>', 'name of the restored image')
    .option('--remainder <image>', 'the remainder (default: the one that the debloated image names, in the same engine)')
    .addHelpText('after', `
Images are named as for winnow debloat.

Examples:
  winnow restore shop:slim --tag shop:restored
  winnow restore docker-archive:slim.tar --remainder docker-archive:rest.tar --tag docker-archive:shop.tar:shop:1.4`)
    .action(async (image: string, options: RestoreOptions, command: Command) => restore(image, options, contextOf(command)));
};

async function restore(image: string, {tag, remainder}: RestoreOptions, context: CommandContext): Promise<void> {
  const transport: TransportOptions = {env: context.env, cwd: context.cwd};
  const target = await openTarget(parseLocation(tag), transport);
  const both = await openBoth(image, remainder, transport);
  try {
    const {image: original, stored: before} = await restoreImage(both.debloated, both.remainder);
    const {id, diffIds, bytes, stored} = await target.write(original);
    await target.publish();
    if (context.json) {
      context.printJson({schema: 'winnow.restore/1', name: tag, id, layers: diffIds, bytes, stored, storedBefore: before});
    } else {
      context.print(`${tag}  ${id}  ${formatBytes(bytes)}`);
      storageLines(stored, before).forEach(context.print);
    }
  } catch (error) {
    await target.discard();
    throw error;
  } finally {
    await both.close();
  }
}

/** Whether layers, manifest and indexes are stored as they were. Nothing of a place or an original without a manifest. */
function storageLines(now: WrittenImage['stored'], before: WrittenImage['stored']): string[] {
  if (now === null || before === null) {
    return [];
  }
  if (now.digest === before.digest) {
    return [`stored as ${now.digest}, as the original was`];
  }
  const others = now.layers.filter((digest, at) => digest !== before.layers[at]);
  return [`stored as ${now.digest}, the original as ${before.digest}`, ...(others.length === 0 ? [] : [`${plural(others.length, 'layer')} of ${now.layers.length} compressed anew: the same content, another digest`])];
}
