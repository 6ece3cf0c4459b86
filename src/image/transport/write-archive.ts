import {rm} from 'node:fs/promises';
import path from 'node:path';
import {dockerArchive} from './docker-archive.js';
import type {ImageTarget, WrittenImage} from './new-image.js';
import {removeAbandoned, renameTo, temporaryName, writeChunks} from './new-file.js';

/** A file that `docker load` reads; whoever looks sees the old one or the whole new one. */
export function archiveTarget(file: string, name: string | null): ImageTarget {
  const temporary = temporaryName(file);
  return {
    write: async (image) => {
      let written: WrittenImage | undefined;
      await removeAbandoned(path.dirname(file));
      await rm(temporary, {force: true});
      await writeChunks(temporary, dockerArchive(image, {nameOf: (made) => {
        written = made;
        return name === null ? [] : [withTag(name)];
      }}));
      if (written === undefined) {
        throw new Error('an archive without an image');
      }
      return written;
    },
    publish: () => renameTo(temporary, file),
    discard: () => rm(temporary, {force: true}),
  };
}

/** Docker loads no name without a tag. */
const withTag = (name: string): string => (/:[^/]*$/.test(name) ? name : `${name}:latest`);
