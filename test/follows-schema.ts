import {readdir, readFile} from 'node:fs/promises';
import type {ExecutionContext} from 'ava';
import {Ajv2020, type ValidateFunction} from 'ajv/dist/2020.js';

const directory = new URL('../docs/schema/', import.meta.url);

/** Asserts that a JSON text is as the published schema of that name says, and one with a member more or of another schema is not. @returns the document */
export async function followsSchema(t: ExecutionContext, name: string, text: string): Promise<unknown> {
  const validate = await compiled(name);
  const document = JSON.parse(text) as object;
  t.true(validate(document), JSON.stringify(validate.errors));
  t.false(validate({...document, schema: 'other/1'}), 'the schema lets anything pass');
  t.false(validate({...document, unheardOf: 1}), 'the schema lets anything pass');
  return document;
}

/** The schema, with all others for it to refer to. */
async function compiled(name: string): Promise<ValidateFunction> {
  const ajv = new Ajv2020({strict: true, allowUnionTypes: true, allErrors: true});
  for (const file of await readdir(directory)) {
    ajv.addSchema(JSON.parse(await readFile(new URL(file, directory), 'utf8')) as object, file.slice(0, -'.json'.length));
  }
  const validate = ajv.getSchema(name);
  if (validate === undefined) {
    throw new Error(`docs/schema has no ${name}.json`);
  }
  return validate;
}
