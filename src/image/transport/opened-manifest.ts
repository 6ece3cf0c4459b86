import type {ArchivedImage, DocumentSource} from '../archive-manifest.js';
import {indexesOf} from './image-indexes.js';
import type {BlobSource, OpenedManifest} from './opened-image.js';

/** How the image is listed, where an OCI manifest does. */
export function openedManifest({manifest}: ArchivedImage, documents: DocumentSource, blobs: BlobSource): OpenedManifest | null {
  const bytes = manifest === null ? undefined : documents(manifest.name);
  return manifest === null || bytes === undefined ? null : {bytes, indexes: indexesOf(manifest, documents), blobs};
}
