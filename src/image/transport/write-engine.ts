import type Docker from 'dockerode';
import {Readable} from 'node:stream';
import {text} from 'node:stream/consumers';
import {ExitCode} from '../../model/exit-code.js';
import {WinnowError} from '../../model/winnow-error.js';
import type {Chunks} from '../byte-reader.js';
import {engineError, statusOf} from '../engine.js';
import {dockerArchive} from './docker-archive.js';
import type {ImageTarget, WrittenImage} from './new-image.js';

/** Loads an image without a name, checks that the engine computes the same ids, and tags it. @throws WinnowError (usage) for no name of an image */
export function engineTarget(engine: Docker, name: string): ImageTarget {
  const tag = parseTag(name);
  let written: WrittenImage | null = null;
  let isNew = false;
  return {
    write: async (image) => {
      written = null;
      const onWritten = async (made: WrittenImage): Promise<void> => {
        isNew = (await layersOf(engine, made.id)) === null;
        written = made;
      };
      const said = await load(engine, dockerArchive(image, {tags: [], onWritten}));
      return loaded(engine, written, said);
    },
    publish: async () => {
      try {
        await engine.getImage(written?.id ?? '').tag(tag);
      } catch (cause) {
        throw engineError(`tagging the image as ${name}`, cause);
      }
    },
    discard: async () => {
      if (written !== null && isNew) {
        await engine.getImage(written.id).remove().catch(() => undefined); // somebody named it, or it never came
      }
    },
  };
}

/** What the engine says to an archive. @throws WinnowError of the archive's maker, or for what the engine answers */
async function load(engine: Docker, archive: Chunks): Promise<string> {
  const controller = new AbortController();
  const stream = Readable.from(archive, {objectMode: false, highWaterMark: 2 ** 20});
  stream.once('error', () => controller.abort()); // the engine drops what is cut off
  try {
    return await text(await engine.loadImage(stream, {quiet: true, abortSignal: controller.signal}));
  } catch (cause) {
    throw stream.errored ?? engineError('loading the image', cause);
  } finally {
    stream.destroy();
  }
}

/** The engine reports failures inside an answer of 200; what it then has is the proof. */
async function loaded(engine: Docker, written: WrittenImage | null, said: string): Promise<WrittenImage> {
  const diffIds = written === null ? null : await layersOf(engine, written.id);
  if (written === null || diffIds === null || diffIds.join() !== written.diffIds.join()) {
    const reason = /"error":"(.*?)"/.exec(said)?.[1] ?? (diffIds === null ? 'it is not there under its id' : `its layers are ${diffIds.join(', ')}`);
    throw new WinnowError(`the engine did not load the image: ${reason}`, {hint: 'see the log of the Docker engine'});
  }
  return written;
}

/** Diff ids as the engine computed them; null where it has no such image. */
async function layersOf(engine: Docker, id: string): Promise<readonly string[] | null> {
  try {
    return (await engine.getImage(id).inspect()).RootFS.Layers ?? [];
  } catch (cause) {
    if (statusOf(cause) === 404) {
      return null;
    }
    throw engineError(`looking up image ${id}`, cause);
  }
}

/** Repository and tag, `latest` by default (Docker's reference grammar). */
function parseTag(name: string): {readonly repo: string; readonly tag: string} {
  const [, repo, tag = 'latest'] = /^((?:[\w.-]+(?::\d+)?\/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)(?::(\w[\w.-]{0,127}))?$/.exec(name) ?? [];
  if (repo === undefined) {
    throw new WinnowError(`"${name}" is no name that an image can have`, {exitCode: ExitCode.usage, hint: 'write REPOSITORY:TAG in lower case, such as shop:slim'});
  }
  return {repo, tag};
}
