import {randomUUID} from 'node:crypto';
import type Docker from 'dockerode';
import {Readable} from 'node:stream';
import {text} from 'node:stream/consumers';
import {ExitCode} from '../../model/exit-code.js';
import {WinnowError} from '../../model/winnow-error.js';
import type {Chunks} from '../byte-reader.js';
import {engineError, statusOf} from '../engine.js';
import {dockerArchive} from './docker-archive.js';
import type {ImageTarget, WrittenImage} from './new-image.js';
import {isAbandoned, markPattern, ownerMark} from './owner-mark.js';

/**
 * Loads an image under a name of this process, checks that the engine computes the same ids, and gives it its own name: what a killed process leaves is
 * found by that other name and removed at the next load. @throws WinnowError (usage) for no name of an image
 */
export function engineTarget(engine: Docker, name: string): ImageTarget {
  const tag = parseTag(name);
  const unfinished = `${unfinishedRepository}:${ownerMark()}-${randomUUID().slice(0, 8)}`;
  let written: WrittenImage | null = null;
  let isHeld = false;
  const forget = async (): Promise<void> => {
    if (isHeld) {
      isHeld = false;
      await engine.getImage(unfinished).remove().catch(() => undefined); // it never came
    }
  };
  return {
    write: async (image) => {
      await removeUnfinished(engine);
      await forget();
      written = null;
      const nameOf = async (made: WrittenImage): Promise<readonly string[]> => {
        const there: {readonly RepoTags: readonly string[] | null} | null = await inspected(engine, made.id);
        isHeld = there === null || (there.RepoTags ?? []).length > 0;
        written = made;
        return isHeld ? [unfinished] : []; // with its last name an image goes, and one without any is somebody's
      };
      const said = await load(engine, dockerArchive(image, {nameOf}));
      return loaded(engine, written, said);
    },
    publish: async () => {
      try {
        await engine.getImage(written?.id ?? '').tag(tag);
      } catch (cause) {
        throw engineError(`tagging the image as ${name}`, cause);
      }
      await forget();
    },
    discard: forget,
  };
}

const unfinishedRepository = 'winnow-unfinished';
const unfinishedName = new RegExp(`(?:^|/)${unfinishedRepository}:(${markPattern})-[0-9a-f]{8}$`);

/** Removes images that killed processes loaded and did not name. */
async function removeUnfinished(engine: Docker): Promise<void> {
  const images = await engine.listImages().catch((cause: unknown) => {
    throw engineError('listing images', cause);
  });
  for (const name of images.flatMap(({RepoTags}) => RepoTags ?? [])) {
    const mark = unfinishedName.exec(name)?.[1];
    if (mark !== undefined && isAbandoned(mark)) {
      await engine.getImage(name).remove().catch(() => undefined); // another process was quicker
    }
  }
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
  const info = written === null ? null : await inspected(engine, written.id);
  const diffIds = info === null ? null : (info.RootFS.Layers ?? []);
  if (written === null || diffIds === null || diffIds.join() !== written.diffIds.join()) {
    const reason = /"error":"(.*?)"/.exec(said)?.[1] ?? (diffIds === null ? 'it is not there under its id' : `its layers are ${diffIds.join(', ')}`);
    throw new WinnowError(`the engine did not load the image: ${reason}`, {hint: 'see the log of the Docker engine'});
  }
  return written;
}

/** Null where the engine has no such image. */
async function inspected(engine: Docker, id: string): Promise<Docker.ImageInspectInfo | null> {
  try {
    return await engine.getImage(id).inspect();
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
