import {once} from 'node:events';
import {execa} from 'execa';
import {extract} from 'tar-stream';

/** Made by the engine in every container, whatever the image holds. */
const enginePaths = /^(\.dockerenv|(dev|proc|sys)\/.*|etc\/|etc\/(hosts|hostname|resolv\.conf|mtab))$/;

/** What the engine's file system holds at a path, as one text; hard links by the names they share. */
export type ExportedEntries = ReadonlyMap<string, string>;

/**
 * Every path of an image as the engine extracted it: type, mode, owner, times, size, targets, device numbers and extended
 * attributes, capabilities among them, as the tar stream of `docker export` gives them from what is on disk. Names are
 * latin1, so that each stands for its bytes.
 */
export async function exportedEntries(image: string): Promise<ExportedEntries> {
  const {stdout: container} = await execa('docker', ['create', '--network=none', image, 'x']); // a command, where the image has none
  const entries = new Map<string, string>();
  const firstNames = new Map<string, string>();
  const options: Parameters<typeof extract>[0] & {filenameEncoding: string} = {filenameEncoding: 'latin1'}; // the types don't know it
  const reader = extract(options);
  reader.on('entry', ({name, type, mode, uid, gid, mtime, size, linkname, devmajor, devminor, pax}, content, next) => {
    if (type === 'link') {
      firstNames.set(name, linkname ?? '');
    } else if (!enginePaths.test(name)) {
      const extended = Object.entries(pax ?? {}).filter(([key]) => key.startsWith('SCHILY.xattr.')).map(([key, value]) => `${key}=${value}`).sort();
      entries.set(name, [type, mode?.toString(8), `${uid}:${gid}`, mtime?.toISOString(), size, linkname ?? '', `${devmajor ?? 0}:${devminor ?? 0}`, ...extended].join(' '));
    }
    content.resume().once('end', next);
  });
  try {
    const docker = execa('docker', ['export', container], {encoding: 'buffer', buffer: false});
    docker.stdout.pipe(reader);
    await Promise.all([once(reader, 'finish'), docker]);
  } finally {
    await execa('docker', ['rm', container]);
  }
  const groups = new Map<string, string[]>();
  firstNames.forEach((first, name) => groups.set(first, [...(groups.get(first) ?? [first]), name]));
  for (const [first, names] of groups) {
    const shared = entries.get(first) ?? 'nothing';
    names.forEach((name) => entries.set(name, `${shared} linked ${[...names].sort().join(' = ')}`));
  }
  return entries;
}
