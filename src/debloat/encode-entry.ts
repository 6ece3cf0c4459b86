import {Buffer} from 'node:buffer';
import {type NewEntry, encodeHeader} from '../image/tar-writer.js';
import type {TarHeader} from '../image/tar-header.js';
import {type ContainerPath, pathToBytes} from '../model/container-path.js';

/** A tar entry for a directory; by default as Docker makes one that a layer does not name: root's, 0755. */
export const encodeDirectory = (path: ContainerPath, {mode, uid, gid}: Owned = {mode: 0o755, uid: 0, gid: 0}): Buffer => encode(`${path}/`, {type: 'directory', mode, uid, gid});

/** A tar entry that hides what lower layers have at a path (OCI image specification, layer.md, "Whiteouts"). */
export const encodeWhiteout = (path: ContainerPath): Buffer => encode(path.replace(/[^/]+$/, '.wh.$&'), {type: 'file', mode: 0, uid: 0, gid: 0});

type Owned = Pick<TarHeader, 'mode' | 'uid' | 'gid'>;

function encode(path: ContainerPath, kind: Pick<NewEntry, 'type'> & Owned): Buffer {
  return Buffer.concat(encodeHeader({name: pathToBytes(path.slice(1)), bytes: 0, ...kind}));
}
