import type {Command} from 'commander';
import type {ImageTree} from '../../image/tree.js';
import {type ContainerPath, pathFromText} from '../../model/container-path.js';
import type {ImageFile} from '../../model/image-index.js';
import {WinnowError} from '../../model/winnow-error.js';
import {explainFile} from '../../plan/explain-file.js';
import {planDebloat} from '../../plan/plan-debloat.js';
import {displayPath} from '../columns.js';
import {addEvidenceOptions, type EvidenceOptions, evidenceOf} from '../evidence-options.js';
import {explanationDocument, explanationLines} from '../explanation.js';
import {addPolicyOptions, historyFor, levelsFor, policyOf, type PolicyOptions} from '../policy-options.js';
import type {RegisterCommand} from '../program.js';
import {loadTrainedImage} from '../trained-image.js';

export const registerExplain: RegisterCommand = (program, contextOf) => {
  addEvidenceOptions(addPolicyOptions(program.command('explain')))
    .description('say every number behind what a plan does with one path of an image')
    .argument('<image>', 'name or id of an image that was profiled')
    .argument('<path>', 'absolute path in the image; percent-encoded where it is not UTF-8')
    .addHelpText('after', `
Options are those of winnow plan, and mean the same. docs/plan.md says what the numbers are.

Examples:
  winnow explain shop:1.4 /usr/bin/perl
  winnow explain shop:1.4 /usr/bin/perl --cost cost.yaml
  winnow explain shop:1.4 /lib64/ld-linux-x86-64.so.2 --json`)
    .action(async (image: string, path: string, options: PolicyOptions & EvidenceOptions, command: Command) => {
      const context = contextOf(command);
      const trained = await loadTrainedImage(image, context, evidenceOf(options));
      const {index, tree, profile, touches} = trained;
      const found = findFile(tree, path, image);
      const policy = await policyOf(options, trained, context);
      const config = planDebloat(profile, index, policy, levelsFor(trained, policy, options), historyFor(trained, policy));
      const explanation = explainFile(index.files.indexOf(found), profile, config, touches, index, tree, trained.train);
      if (context.json) {
        context.printJson(explanationDocument(explanation, config));
        return;
      }
      explanationLines(found, explanation, config).forEach(context.print);
    });
};

function findFile(tree: ImageTree, path: ContainerPath, image: string): ImageFile {
  for (const candidate of [path, pathFromText({text: path, encoded: true})]) {
    const {file} = tree.resolve(candidate, {followLast: false});
    if (file !== null) {
      return file;
    }
  }
  throw new WinnowError(`${image} has no ${displayPath(path)}`, {hint: 'give an absolute path of the image'});
}
