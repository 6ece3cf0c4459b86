import type {Profile} from '../model/profile.js';
import {textMember} from '../model/text-member.js';

/** A profile as the JSON document that docs/schema/winnow.profile.1.json describes. */
export function profileDocument(profile: Profile): object {
  return {
    ...profile,
    files: profile.files.map((file) => ({...file, ...textMember('path', file.path), ...textMember('impliedBy', file.impliedBy)})),
  };
}
