/** `publish-worker.ts ARCHIVE DEBLOATED REMAINDER`: debloats an archive, each second file removed, and is killed at it. */
import process from 'node:process';
import {debloatImages} from '../../src/debloat/debloat-image.js';
import {publishDebloated} from '../../src/debloat/publish-debloated.js';
import {mergeLayers} from '../../src/image/layer-merge.js';
import {parseLocation} from '../../src/image/transport/image-location.js';
import {openImage, openTarget} from '../../src/image/transport/open-image.js';

const transport = {env: process.env, cwd: process.cwd()};
const [archive = '', debloated = '', remainder = ''] = process.argv.slice(2);
process.stdout.write('started\n');
const original = await openImage(parseLocation(`docker-archive:${archive}`), transport);
const {files} = mergeLayers(original.layers.map(({root}) => root));
const [cut] = await debloatImages([{original, decisions: new Map(files.map(({path, type}, at) => [path, type === 'file' && at % 2 === 0 ? 'remove' : 'keep']))}] as const);
await publishDebloated(cut, {debloated: await openTarget(parseLocation(debloated), transport), remainder: await openTarget(parseLocation(remainder), transport)});
process.stdout.write('done\n');
