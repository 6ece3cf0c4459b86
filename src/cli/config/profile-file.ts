import {pathFromText} from '../../model/container-path.js';
import type {FileProbability, Profile} from '../../model/profile.js';
import {readChecked} from './checked-file.js';

interface FileDocument extends FileProbability {
  readonly pathEncoding?: 'percent';
  readonly impliedByEncoding?: 'percent';
}

/** Reads what `winnow train --json` printed. @throws WinnowError (usage) for another file */
export async function readProfileFile(file: string, cwd: string): Promise<Profile> {
  const {content} = await readChecked<Profile>(file, cwd, {what: 'the profile', schema: 'winnow.profile.1.json', example: 'winnow train IMAGE --json prints one'});
  return {
    ...content,
    files: (content.files as readonly FileDocument[]).map(({pathEncoding, impliedByEncoding, ...each}) => ({
      ...each,
      path: pathFromText({text: each.path, encoded: pathEncoding !== undefined}),
      impliedBy: each.impliedBy === null ? null : pathFromText({text: each.impliedBy, encoded: impliedByEncoding !== undefined}),
    })),
  };
}
