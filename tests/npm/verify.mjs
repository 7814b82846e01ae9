// SPDX-License-Identifier: EUPL-1.2
// Checks proof files (C2SP tlog-proof) with @sigstore/verify.
// Standard input: JSON list of {vkey, proof, leaf}, proof and leaf in base64.
// Standard output: JSON list with "ok" or the reason of refusal for each.

import { createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { verifyCheckpoint } from "@sigstore/verify/dist/tlog/checkpoint.js";
import { verifyMerkleInclusion } from "@sigstore/verify/dist/tlog/merkle.js";

const SPKI_ED25519 = Buffer.from("302a300506032b6570032100", "hex");

function logOf(vkey) {
  const [name, keyId] = vkey.split("+", 2);
  const key = Buffer.from(vkey.slice(name.length + keyId.length + 2), "base64").subarray(1);
  const der = Buffer.concat([SPKI_ED25519, key]);
  return {
    baseURL: name,
    logID: Buffer.from(keyId, "hex"),
    publicKey: createPublicKey({ key: der, format: "der", type: "spki" }),
  };
}

function entryOf(proof, leaf) {
  const split = proof.indexOf("\n\n");
  const lines = proof.slice(0, split).split("\n");
  const at = lines.findIndex((line) => line.startsWith("index "));
  return {
    canonicalizedBody: leaf,
    inclusionProof: {
      logIndex: lines[at].slice("index ".length),
      hashes: lines.slice(at + 1).map((line) => Buffer.from(line, "base64")),
      checkpoint: { envelope: proof.slice(split + 2) },
    },
  };
}

function verdict({ vkey, proof, leaf }) {
  const entry = entryOf(Buffer.from(proof, "base64").toString(), Buffer.from(leaf, "base64"));
  try {
    verifyMerkleInclusion(entry, verifyCheckpoint(entry, [logOf(vkey)]));
    return "ok";
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
}

console.log(JSON.stringify(JSON.parse(readFileSync(0)).map(verdict)));
