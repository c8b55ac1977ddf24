/**
 * Signs a catalogue for `freellm models import`. Run by bun:
 *
 *     bun bin/sign-catalogue.ts --new-key KEYFILE               makes a private key, prints its public one
 *     bun bin/sign-catalogue.ts --key KEYFILE CATALOGUE.json    writes the signed catalogue to stdout
 *     bun bin/sign-catalogue.ts --key KEYFILE --detached CATALOGUE.json    the signature alone, for CATALOGUE.json.sig
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { parseCatalogue } from "../src/core/app/catalogue.ts";
import { newSigningKey, signatureLine } from "../src/core/app/signature.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { "new-key": { type: "string" }, key: { type: "string" }, detached: { type: "boolean" } },
});

if (values["new-key"] !== undefined) {
  const { publicKey, privateKey } = newSigningKey();
  // Never over a key that is there, and for nobody else to read.
  writeFileSync(values["new-key"], privateKey, { mode: 0o600, flag: "wx" });
  console.log(publicKey);
} else {
  const [path] = positionals;
  if (values.key === undefined || path === undefined)
    throw new Error("Name --key KEYFILE and the catalogue.");
  const document = readFileSync(path, "utf8");
  const parsed = parseCatalogue(document);
  if ("error" in parsed) throw new Error(`${path} is no catalogue. ${parsed.error}`);
  const line = signatureLine(document, readFileSync(values.key, "utf8"));
  process.stdout.write(values.detached === true ? `${line}\n` : `${line}\n${document}`);
}
