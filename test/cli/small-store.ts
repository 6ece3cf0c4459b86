import type {ExecutionContext} from 'ava';
import {openEngine} from '../../src/image/engine.js';
import {loadImageIndex} from '../../src/image/index-cache.js';
import {writeRun} from '../../src/store/run-file.js';
import {newRunId} from '../../src/store/store.js';
import {file, makeArchive} from '../image/archives.js';
import {loadArchive, uniqueTag} from '../image/engine-truth.js';
import {sampleMetadata, sampleRow} from '../store/fixtures.js';

/** Contents by path without the leading slash. The engine has the image until the test ends. */
export async function smallImage(t: ExecutionContext, contents: Readonly<Record<string, string>>): Promise<string> {
  const image = uniqueTag('small');
  await loadArchive(t, await makeArchive([Object.entries(contents).map(([name, content]) => file(name, content))], {tag: image}), image);
  return image;
}

/** Adds a run of the image to a store, which read these paths, and returns its id. */
export async function addRun(store: string, image: string, paths: readonly string[]): Promise<string> {
  const {image: {id}} = await loadImageIndex(await openEngine(), image, store);
  const runId = newRunId();
  await writeRun(store, {metadata: sampleMetadata({runId, imageId: id, imageName: image}), rows: paths.map((path) => sampleRow({path, op: 'read'}))});
  return runId;
}
