import {type Distribution, type InstalledPackage, isOfDistribution} from '../model/image-index.js';

const types = {dpkg: 'deb', apk: 'apk'} as const;
const vendors = {dpkg: 'debian', apk: 'alpine'} as const;

/**
 * `pkg:deb/debian/curl@7.88.1-10?arch=amd64&distro=debian-12`, `pkg:npm/%40types/node@20.1.0`
 * (https://github.com/package-url/purl-spec, types deb, apk, pypi, npm, gem, maven). A file's name does not tell Maven's group.
 */
export function packageUrl({manager, name, version, architecture, source}: InstalledPackage, {id, version: release}: Distribution): string {
  if (!isOfDistribution(manager)) {
    const names = manager === 'pypi' ? name.toLowerCase().replaceAll('_', '-') : name;
    return `pkg:${manager}/${names.split('/').map(encode).join('/')}@${encode(version)}`;
  }
  const qualifiers = [
    ...(architecture === '' ? [] : [`arch=${encode(architecture)}`]),
    ...(id === '' ? [] : [`distro=${encode(release === '' ? id : `${id}-${release}`)}`]),
    ...(source === null || (source.name === name && source.version === version) ? [] : [`upstream=${encode(source.version === version ? source.name : `${source.name}@${source.version}`)}`]),
  ];
  return `pkg:${types[manager]}/${encode(id === '' ? vendors[manager] : id)}/${encode(name)}@${encode(version)}${qualifiers.length === 0 ? '' : `?${qualifiers.join('&')}`}`;
}

/** Percent-encodes all but letters, digits and `.-_~:`, as the specification wants it. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`).replaceAll('%3A', ':');
}
