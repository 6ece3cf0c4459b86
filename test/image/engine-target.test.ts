import {Buffer} from 'node:buffer';
import test from 'ava';
import {openEngine} from '../../src/image/engine.js';
import type {NewImage} from '../../src/image/transport/new-image.js';
import {engineTarget} from '../../src/image/transport/write-engine.js';
import {file, makeTar, streamOf} from './archives.js';
import {uniqueTag} from './engine-truth.js';

test('two that load the same image at once do not take it from each other', async (t) => {
  const engine = await openEngine();
  const tag = uniqueTag('held');
  const layer = await makeTar([file('only-here', tag)]);
  const image: NewImage = {
    platform: 'linux/amd64',
    layers: [{bytes: layer.length, open: () => streamOf(layer), stored: null, compression: null}],
    place: null,
    manifest: null,
    makeConfig: (diffIds) => Buffer.from(JSON.stringify({os: 'linux', architecture: 'amd64', rootfs: {type: 'layers', diff_ids: diffIds}})),
  };
  const [first, second] = [engineTarget(engine, uniqueTag('first')), engineTarget(engine, tag)];
  const {id} = await first.write(image);
  await second.write(image);
  await first.discard();
  await second.publish();
  t.teardown(async () => {
    await engine.getImage(tag).remove();
  });
  const {Id, RepoTags} = await engine.getImage(tag).inspect();
  t.deepEqual([Id, RepoTags], [id, [tag]]);
});
