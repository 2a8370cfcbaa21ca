package dev.igvmtool.cli.verdict;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.attestation.Endorsements;
import dev.igvmtool.attestation.Expectations;

/**
 * One evidence of many.
 *
 * @param id that its verdict is to carry; may be empty
 * @param evidence as it came
 * @param endorsements of its own
 * @param expectations those of the batch, and what this machine was asked for
 */
public record BatchItem(String id, Bytes evidence, Endorsements endorsements, Expectations expectations) {}
