package dev.igvmtool.attestation.snp;

import dev.igvmtool.abi.binary.Bytes;
import java.util.Optional;

/**
 * What a certificate table must hold under one GUID.
 *
 * @param guid in its text form, lower case
 * @param required whether the entry must be there
 * @param sha256 digest of its content, if that is fixed
 */
public record TableRule(String guid, boolean required, Optional<Bytes> sha256) {}
